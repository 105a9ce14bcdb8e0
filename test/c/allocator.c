/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator.h"

#include <stdlib.h>

static size_t left;
static bool armed, all_after, failed, is_spared;

/* The linker's names (option --wrap). */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static bool fails_now(void)
{
    if (!armed || is_spared || --left > 0)
        return false;
    left = 1;
    armed = all_after;
    failed = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails_now() ? NULL : __real_realloc(memory, size);
}

void allocator_fail_at(size_t number, bool for_good)
{
    left = number;
    armed = number != 0;
    all_after = for_good;
    failed = false;
}

void allocator_spare(bool spared)
{
    is_spared = spared;
}

bool allocator_has_failed(void)
{
    return failed;
}
