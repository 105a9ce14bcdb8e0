/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of printable characters. What is none of them is passed sixteen bytes at a time. */
#include "criu/search_parts.h"
#include "mem/vector.h"

static inline bool printable(uint8_t byte)
{
    return (byte >= 0x20 && byte < 0x7F) || byte == '\t';
}

/* The first printable byte from `at` on, or `end`. */
static size_t skip(const uint8_t *bytes, size_t at, size_t end)
{
    for (; end - at >= 16; at += 16) {
        ckpt_v16 v = ckpt_v16_load(bytes + at);
        uint32_t bits = ckpt_v16_bits(
            ckpt_v16_or(ckpt_v16_within(v, 0x20, 0x5E), ckpt_v16_equal(v, ckpt_v16_splat('\t'))));
        if (bits != 0)
            return at + (size_t)__builtin_ctz(bits);
    }
    while (at < end && !printable(bytes[at]))
        at++;
    return at;
}

/* The first byte from `at` on that is not printable, or `end`. */
static size_t run_end(const uint8_t *bytes, size_t at, size_t end)
{
    for (; end - at >= 16; at += 16) {
        ckpt_v16 v = ckpt_v16_load(bytes + at);
        uint32_t bits = ckpt_v16_bits(
            ckpt_v16_or(ckpt_v16_within(v, 0x20, 0x5E), ckpt_v16_equal(v, ckpt_v16_splat('\t'))));
        if (bits != 0xFFFF)
            return at + (size_t)__builtin_ctz(~bits);
    }
    while (at < end && printable(bytes[at]))
        at++;
    return at;
}

static inline bool unit(const uint8_t *at)
{
    return at[1] == 0 && printable(at[0]);
}

/* The first character of UTF-16LE that is printable from `at` on, or `end`; `length`: of all bytes.
 */
static size_t skip_wide(const uint8_t *bytes, size_t at, size_t end, size_t length)
{
    for (; at < end && length - at >= 17; at += 16) {
        ckpt_v16 low = ckpt_v16_load(bytes + at), high = ckpt_v16_load(bytes + at + 1);
        ckpt_v16 text = ckpt_v16_or(ckpt_v16_within(low, 0x20, 0x5E),
                                    ckpt_v16_equal(low, ckpt_v16_splat('\t')));
        uint32_t bits = ckpt_v16_bits(ckpt_v16_and(text, ckpt_v16_equal(high, ckpt_v16_splat(0))));
        if (bits != 0) {
            at += (size_t)__builtin_ctz(bits);
            return at < end ? at : end;
        }
    }
    while (at < end && !(length - at >= 2 && unit(bytes + at)))
        at++;
    return at < end ? at : end;
}

static size_t wide_end(const uint8_t *bytes, size_t at, size_t end)
{
    while (end - at >= 2 && unit(bytes + at))
        at += 2;
    return at;
}

/* What is looked through, in one of the two forms. */
struct looked {
    const uint8_t *bytes;
    size_t length, from, to;
    uint64_t base;
    uint32_t least, step; /* step: bytes of a character */
    uint64_t *last;
};

/* The next run that starts at or after `at`. False: there is none before `to`. */
static bool next_run(const struct looked *l, size_t at, struct ckpt_match *match)
{
    size_t most = CKPT_SEARCH_LONGEST;
    while (at < l->to) {
        size_t start =
            l->step == 1 ? skip(l->bytes, at, l->to) : skip_wide(l->bytes, at, l->to, l->length);
        size_t end;
        if (start == l->to)
            return false;
        size_t limit = l->length - start < most ? l->length : start + most;
        end = l->step == 1 ? run_end(l->bytes, start, limit) : wide_end(l->bytes, start, limit);
        /* It must not begin within a longer one, unless as a further part of that. */
        bool begins = *l->last == l->base + start || start < l->step ||
                      !(l->step == 1 ? printable(l->bytes[start - 1]) : unit(l->bytes + start - 2));
        if (begins && end - start >= (size_t)l->least * l->step) {
            *match = (struct ckpt_match){start, end - start, l->step - 1};
            return true;
        }
        at =
            l->step == 1 && end > start && !(end == limit && end - start == most) ? end : start + 1;
    }
    return false;
}

__attribute__((noinline)) bool ckpt_strings_run(struct ckpt_strings *s, const uint8_t *bytes,
                                                size_t length, size_t from, size_t to,
                                                uint64_t base, ckpt_match_sink *sink, void *context)
{
    struct ckpt_match next[2];
    bool there[2] = {false, false};
    struct looked looked[2];
    if (to > length)
        to = length;
    for (int i = 0; i < 2; i++) {
        looked[i] =
            (struct looked){bytes, length, from, to, base, s->least, i == 0 ? 1u : 2u, &s->last[i]};
        size_t at = s->last[i] > base + from ? (size_t)(s->last[i] - base) : from;
        there[i] = (s->forms >> i & 1) != 0 && at < to && next_run(&looked[i], at, &next[i]);
    }
    while (there[0] || there[1]) {
        int i = !there[0] || (there[1] && next[1].start < next[0].start);
        enum ckpt_match_answer answer = sink(context, &next[i]);
        if (answer == CKPT_MATCH_STOP)
            return false;
        /* Of a run that is refused a part may do. */
        size_t behind = next[i].start + (answer == CKPT_MATCH_TAKEN ? next[i].length : 1);
        s->last[i] = base + behind;
        there[i] = behind < to && next_run(&looked[i], behind, &next[i]);
    }
    return true;
}
