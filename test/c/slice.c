/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of texts: also of none, which has no data. The sanitizers see what becomes of NULL. */
#include <stddef.h>

#include "tap.h"
#include "tests.h"
#include "text/slice.h"

void test_slice(void)
{
    ckpt_string none = ckpt_slice_of((ckpt_string){NULL, 0}, 0, 12);
    CHECK(none.length == 0);
    CHECK(ckpt_slice_of((ckpt_string){NULL, 0}, 3, 12).length == 0);
    ckpt_string text = {"abcdef", 6};
    CHECK(ckpt_slice_of(text, 0, 12).length == 6);
    ckpt_string part = ckpt_slice_of(text, 2, 4);
    CHECK(part.length == 2 && part.data == text.data + 2);
    CHECK(ckpt_slice_of(text, 6, 9).length == 0);
    CHECK(ckpt_slice_of(text, 5, 3).length == 0);
}
