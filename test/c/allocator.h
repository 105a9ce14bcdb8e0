/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that fails on demand: the linker puts these functions before malloc, calloc and realloc.
 */
#ifndef CKPT_TEST_ALLOCATOR_H
#define CKPT_TEST_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>

/* Lets the allocation number `number` from now on fail, and all after it too if `for_good`;
   0: none. */
void allocator_fail_at(size_t number, bool for_good);

/* Allocations from now on do not count and do not fail, until it is called with false. */
void allocator_spare(bool spared);

/* Whether one has failed since the last call of allocator_fail_at(). */
bool allocator_has_failed(void);

#endif
