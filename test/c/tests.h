/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_TEST_TESTS_H
#define CKPT_TEST_TESTS_H

#define TEST(name) void test_##name(void);
#include "tests.def"
#undef TEST

#endif
