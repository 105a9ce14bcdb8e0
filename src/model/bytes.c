/* SPDX-License-Identifier: Apache-2.0 */
#include "ckpt.h"
#include "text/number.h"

/* Go: ByteToString. `%.1f` rounds the exact value of the double, half to the even digit; integers
   do the same here. */
size_t ckpt_byte_to_string(int64_t bytes, char *out)
{
    static const char units[] = "KMGTPE";
    size_t length;
    if (bytes < 1024) {
        length = ckpt_format_int64(bytes, out);
        out[length++] = ' ';
        out[length++] = 'B';
        out[length] = '\0';
        return length;
    }
    int unit = 0;
    int64_t divisor = 1024;
    for (int64_t n = bytes / 1024; n >= 1024; n /= 1024) {
        divisor *= 1024;
        unit++;
    }
    double value = (double)bytes / (double)divisor;
    uint64_t whole = (uint64_t)value;
    /* value >= 1, so its last bit is 2^-52 at the least: the fraction times 2^52 is an integer. */
    uint64_t fraction = (uint64_t)((value - (double)whole) * 4503599627370496.0);
    uint64_t tenths = fraction * 10, digit = tenths >> 52;
    uint64_t rest = tenths & ((UINT64_C(1) << 52) - 1), half = UINT64_C(1) << 51;
    if (rest > half || (rest == half && digit % 2 == 1))
        digit++;
    if (digit == 10) {
        digit = 0;
        whole++;
    }
    length = ckpt_format_uint64(whole, out);
    out[length++] = '.';
    out[length++] = (char)('0' + digit);
    out[length++] = ' ';
    out[length++] = units[unit];
    out[length++] = 'i';
    out[length++] = 'B';
    out[length] = '\0';
    return length;
}
