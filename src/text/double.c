/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doubles from and to decimal text, exactly, with big integers of a fixed size. Doubles occur in
 * few places of the metadata (any value, Go's interface{}), so small code is worth more than speed;
 * the usual short number takes a fast path.
 */
#include <math.h>
#include <string.h>

#include "text/number.h"

/* ---- big integers --------------------------------------------------------------------------- */

/* Reading needs 10^(769 + 308) at the most, writing 2^1077 * 10: 3600 bits are enough for both. */
#define BIG_WORDS 120

struct big {
    uint32_t word[BIG_WORDS]; /* least significant first */
    int count;                /* words in use, the last one not 0 */
};

/* Only the words in use. */
static void big_copy(struct big *to, const struct big *from)
{
    to->count = from->count;
    memcpy(to->word, from->word, (size_t)from->count * sizeof(from->word[0]));
}

static void big_set(struct big *b, uint64_t value)
{
    b->word[0] = (uint32_t)value;
    b->word[1] = (uint32_t)(value >> 32);
    b->count = b->word[1] != 0 ? 2 : b->word[0] != 0;
}

/* b = b * factor + add */
static void big_multiply(struct big *b, uint32_t factor, uint32_t add)
{
    uint64_t carry = add;
    for (int i = 0; i < b->count; i++) {
        carry += (uint64_t)b->word[i] * factor;
        b->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0)
        b->word[b->count++] = (uint32_t)carry;
}

static void big_multiply_power_of_ten(struct big *b, int power)
{
    for (; power >= 9; power -= 9)
        big_multiply(b, 1000000000u, 0);
    for (; power > 0; power--)
        big_multiply(b, 10, 0);
}

static void big_shift_left(struct big *b, int bits)
{
    int words = bits / 32, rest = bits % 32;
    if (b->count == 0)
        return;
    memmove(b->word + words, b->word, (size_t)b->count * sizeof(b->word[0]));
    memset(b->word, 0, (size_t)words * sizeof(b->word[0]));
    b->count += words;
    if (rest != 0)
        big_multiply(b, UINT32_C(1) << rest, 0);
}

static int big_compare(const struct big *a, const struct big *b)
{
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (int i = a->count - 1; i >= 0; i--) {
        if (a->word[i] != b->word[i])
            return a->word[i] < b->word[i] ? -1 : 1;
    }
    return 0;
}

/* a = a - b, where a >= b */
static void big_subtract(struct big *a, const struct big *b)
{
    uint64_t borrow = 0;
    for (int i = 0; i < a->count; i++) {
        uint64_t take = borrow + (i < b->count ? b->word[i] : 0);
        borrow = a->word[i] < take;
        a->word[i] = (uint32_t)(a->word[i] - take);
    }
    while (a->count > 0 && a->word[a->count - 1] == 0)
        a->count--;
}

static void big_add(struct big *a, const struct big *b)
{
    uint64_t carry = 0;
    int count = a->count > b->count ? a->count : b->count;
    for (int i = 0; i < count; i++) {
        carry += (uint64_t)(i < a->count ? a->word[i] : 0) + (i < b->count ? b->word[i] : 0);
        a->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    a->count = count;
    if (carry != 0)
        a->word[a->count++] = (uint32_t)carry;
}

static int big_bits(const struct big *b)
{
    int bits = b->count * 32;
    if (b->count > 0) {
        for (uint32_t top = b->word[b->count - 1]; (top & 0x80000000u) == 0; top <<= 1)
            bits--;
    }
    return bits;
}

/* The upper 64 bits as a double, to be multiplied by 2^*exponent. */
static double big_top(const struct big *b, int *exponent)
{
    double value = 0;
    int words = b->count < 3 ? b->count : 3;
    for (int i = 0; i < words; i++)
        value = value * 4294967296.0 + b->word[b->count - 1 - i];
    *exponent = 32 * (b->count - words);
    return value;
}

/* The quotient r / d, which must be below 2^28; r becomes the remainder. */
static uint32_t big_divide_digit(struct big *r, const struct big *d)
{
    int r_exponent, d_exponent;
    double r_top = big_top(r, &r_exponent), d_top = big_top(d, &d_exponent);
    /* Doubles are exact to far more than 28 bits: the estimate is off by one at the most. */
    uint32_t digit = (uint32_t)ldexp(r_top / d_top, r_exponent - d_exponent);
    struct big product;
    big_copy(&product, d);
    big_multiply(&product, digit, 0);
    if (digit == 0)
        product.count = 0;
    if (big_compare(&product, r) > 0) {
        big_subtract(&product, d);
        digit--;
    }
    big_subtract(r, &product);
    if (big_compare(r, d) >= 0) {
        big_subtract(r, d);
        digit++;
    }
    return digit;
}

/* ---- reading -------------------------------------------------------------------------------- */

/* More digits than these cannot change the result, except by not being all zero. */
#define MAX_DIGITS 769

/* The digits of a number token: value = 0.d1d2d3… * 10^point. */
struct decimal {
    unsigned char digit[MAX_DIGITS + 1];
    int count;
    int64_t point;
    bool negative;
};

static void read_decimal(const char *token, size_t length, struct decimal *d)
{
    size_t i = 0;
    bool after_point = false;
    d->count = 0;
    d->point = 0;
    d->negative = length > 0 && token[0] == '-';
    if (d->negative)
        i++;
    for (; i < length && (token[i] == '.' || (token[i] >= '0' && token[i] <= '9')); i++) {
        if (token[i] == '.') {
            after_point = true;
        } else if (d->count == 0 && token[i] == '0') {
            d->point -= after_point; /* a leading zero */
        } else {
            if (d->count < MAX_DIGITS)
                d->digit[d->count++] = (unsigned char)(token[i] - '0');
            else if (token[i] != '0')
                d->digit[MAX_DIGITS] = 1; /* the rest is not zero */
            d->point += !after_point;
        }
    }
    if (i < length) { /* e or E */
        bool negative = false;
        int64_t exponent = 0;
        i++;
        if (i < length && (token[i] == '+' || token[i] == '-'))
            negative = token[i++] == '-';
        for (; i < length; i++) {
            if (exponent < 100000000)
                exponent = exponent * 10 + (token[i] - '0');
        }
        /* An input's length bounds `point` far below this, so that the sum is right in sign. */
        d->point += negative ? -exponent : exponent;
    }
}

bool ckpt_parse_double(const char *token, size_t length, double *value)
{
    struct decimal d;
    d.digit[MAX_DIGITS] = 0;
    read_decimal(token, length, &d);

    double sign = d.negative ? -1.0 : 1.0;
    if (d.count == 0 || d.point < -330) {
        *value = sign * 0.0;
        return true;
    }
    if (d.point > 310)
        return false;

    /* value = digits * 10^scale */
    int scale = (int)d.point - d.count;
    if (d.count <= 15 && scale >= -22 && scale <= 22) {
        /* Both are exact doubles, so that one operation rounds once. */
        double digits = 0, power = 1;
        for (int i = 0; i < d.count; i++)
            digits = digits * 10 + d.digit[i];
        for (int i = scale < 0 ? -scale : scale; i > 0; i--)
            power *= 10;
        *value = sign * (scale < 0 ? digits / power : digits * power);
        return true;
    }

    /* value = n / m with integers; a dropped tail counts as one more digit. */
    struct big n, m;
    big_set(&n, 0);
    big_set(&m, 1);
    for (int i = 0; i < d.count; i++) {
        if (n.count == 0)
            big_set(&n, d.digit[i]);
        else
            big_multiply(&n, 10, d.digit[i]);
    }
    if (d.count == MAX_DIGITS && d.digit[MAX_DIGITS] != 0) {
        big_multiply(&n, 10, 1);
        scale--;
    }
    if (scale > 0)
        big_multiply_power_of_ten(&n, scale);
    else
        big_multiply_power_of_ten(&m, -scale);

    /* Scale by 2^shift so that the quotient has 53 bits (fewer where the double is subnormal). */
    int shift = 53 - (big_bits(&n) - big_bits(&m));
    if (shift > 1074)
        shift = 1074;
    for (;;) {
        struct big scaled, unit;
        big_copy(&scaled, &n);
        big_copy(&unit, &m);
        if (shift > 0)
            big_shift_left(&scaled, shift);
        else
            big_shift_left(&unit, -shift);
        /* At most 54 bits: two digits of 27. */
        big_shift_left(&unit, 27);
        uint64_t quotient = (uint64_t)big_divide_digit(&scaled, &unit) << 27;
        big_copy(&unit, &m);
        if (shift < 0)
            big_shift_left(&unit, -shift);
        quotient += big_divide_digit(&scaled, &unit);
        if (quotient >= UINT64_C(1) << 53) { /* one bit too many */
            shift--;
            continue;
        }
        big_shift_left(&scaled, 1);
        int half = big_compare(&scaled, &unit);
        if (half > 0 || (half == 0 && (quotient & 1) != 0))
            quotient++;
        *value = sign * ldexp((double)quotient, -shift);
        return !isinf(*value);
    }
}

/* ---- writing -------------------------------------------------------------------------------- */

/* Shortest digits of a finite value > 0: value = 0.d1d2d3… * 10^*point. Returns their number.
   (Steele and White's free-format algorithm, with integers.) */
static int shortest_digits(double value, unsigned char *digit, int *point)
{
    int binary;
    double fraction = frexp(value, &binary);
    uint64_t mantissa = (uint64_t)ldexp(fraction, 53);
    int exponent = binary - 53;
    if (exponent < -1074) { /* subnormal */
        mantissa >>= -1074 - exponent;
        exponent = -1074;
    }
    bool even = mantissa % 2 == 0;
    bool boundary =
        mantissa == UINT64_C(1) << 52 && exponent > -1074; /* lower gap is half as wide */

    /* value = r / s; the gaps to the neighbours' midpoints are low / s and high / s. */
    struct big r, s, low, high, top;
    big_set(&r, mantissa);
    big_set(&s, 1);
    big_set(&low, 1);
    big_set(&high, 1);
    int extra = boundary ? 2 : 1;
    if (exponent >= 0) {
        big_shift_left(&r, exponent + extra);
        big_shift_left(&s, extra);
        big_shift_left(&low, exponent);
        big_shift_left(&high, exponent + extra - 1);
    } else {
        big_shift_left(&r, extra);
        big_shift_left(&s, -exponent + extra);
        big_shift_left(&high, extra - 1);
    }

    /* Scale by a power of ten so that 0.1 <= (r + high) / s < 1; the estimate is at most one low.
     */
    int ten = (int)ceil((binary - 1) * 0.30102999566398114 - 1e-9);
    if (ten >= 0) {
        big_multiply_power_of_ten(&s, ten);
    } else {
        big_multiply_power_of_ten(&r, -ten);
        big_multiply_power_of_ten(&low, -ten);
        big_multiply_power_of_ten(&high, -ten);
    }
    for (;;) {
        big_copy(&top, &r);
        big_add(&top, &high);
        int order = big_compare(&top, &s);
        if (order > 0 || (order == 0 && even)) {
            big_multiply(&s, 10, 0);
            ten++;
            continue;
        }
        break;
    }
    *point = ten;

    for (int count = 0;;) {
        big_multiply(&r, 10, 0);
        big_multiply(&low, 10, 0);
        big_multiply(&high, 10, 0);
        unsigned char next = 0;
        while (big_compare(&r, &s) >= 0) {
            big_subtract(&r, &s);
            next++;
        }
        int below = big_compare(&r, &low);
        big_copy(&top, &r);
        big_add(&top, &high);
        int above = big_compare(&top, &s);
        bool can_stop = below < 0 || (below == 0 && even);
        bool must_round_up = above > 0 || (above == 0 && even);
        if (!can_stop && !must_round_up) {
            digit[count++] = next;
            continue;
        }
        if (can_stop && must_round_up) { /* both ends fit: the nearer one */
            big_shift_left(&r, 1);
            int half = big_compare(&r, &s);
            must_round_up = half > 0 || (half == 0 && next % 2 == 1);
        }
        digit[count++] = (unsigned char)(next + must_round_up);
        return count;
    }
}

size_t ckpt_format_double(double value, char *out)
{
    char *p = out;
    if (signbit(value)) {
        *p++ = '-';
        value = -value;
    }
    if (value == 0) {
        *p++ = '0';
        return (size_t)(p - out);
    }
    unsigned char digit[20];
    int point, count = shortest_digits(value, digit, &point);
    if (value < 1e-6 || value >= 1e21) { /* d.ddde±x */
        *p++ = (char)('0' + digit[0]);
        if (count > 1)
            *p++ = '.';
        for (int i = 1; i < count; i++)
            *p++ = (char)('0' + digit[i]);
        int exponent = point - 1;
        *p++ = 'e';
        *p++ = exponent < 0 ? '-' : '+';
        p += ckpt_format_uint64((uint64_t)(exponent < 0 ? -exponent : exponent), p);
        return (size_t)(p - out);
    }
    if (point <= 0) {
        *p++ = '0';
        *p++ = '.';
        for (int i = point; i < 0; i++)
            *p++ = '0';
    }
    for (int i = 0; i < count || i < point; i++) {
        if (i == point && i > 0)
            *p++ = '.';
        *p++ = (char)('0' + (i < count ? digit[i] : 0));
    }
    return (size_t)(p - out);
}
