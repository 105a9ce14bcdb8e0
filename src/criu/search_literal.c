/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pattern: its two rarest bytes are compared sixteen places at once, and only where both fit
 * the rest is looked at. That reads at the speed of memory.
 */
#include "criu/search_parts.h"
#include "mem/vector.h"

static inline ckpt_v16 fits(const uint8_t *first, const uint8_t *second, const ckpt_v16 v[4])
{
    ckpt_v16 a = ckpt_v16_equal(ckpt_v16_and(ckpt_v16_load(first), v[0]), v[1]);
    ckpt_v16 b = ckpt_v16_equal(ckpt_v16_and(ckpt_v16_load(second), v[2]), v[3]);
    return ckpt_v16_and(a, b);
}

__attribute__((noinline)) size_t ckpt_literal_find(const struct ckpt_pattern *p,
                                                   const uint8_t *bytes, size_t from, size_t end)
{
    const ckpt_v16 v[4] = {ckpt_v16_splat(p->masks[p->first]), ckpt_v16_splat(p->bytes[p->first]),
                           ckpt_v16_splat(p->masks[p->second]),
                           ckpt_v16_splat(p->bytes[p->second])};
    const uint8_t *first = bytes + p->first, *second = bytes + p->second;
    size_t i = from;
    while (i < end && end - i >= 16) {
        while (end - i >= 64) {
            ckpt_v16 any = ckpt_v16_or(ckpt_v16_or(fits(first + i, second + i, v),
                                                   fits(first + i + 16, second + i + 16, v)),
                                       ckpt_v16_or(fits(first + i + 32, second + i + 32, v),
                                                   fits(first + i + 48, second + i + 48, v)));
            if (ckpt_v16_any(any))
                break;
            i += 64;
        }
        if (end - i < 16)
            break;
        for (uint32_t bits = ckpt_v16_bits(fits(first + i, second + i, v)); bits != 0;
             bits &= bits - 1) {
            size_t at = i + (size_t)__builtin_ctz(bits);
            if (ckpt_pattern_fits(p, bytes + at))
                return at;
        }
        i += 16;
    }
    for (; i < end; i++)
        if ((first[i] & p->masks[p->first]) == p->bytes[p->first] &&
            ckpt_pattern_fits(p, bytes + i))
            return i;
    return end;
}
