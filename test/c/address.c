/* SPDX-License-Identifier: Apache-2.0 */
/* Network addresses, good and bad. */
#include "text/address.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "tests.h"

static bool parse(const char *text, bool prefix, struct ckpt_address *address)
{
    size_t length = strlen(text);
    char *copy = malloc(length + 1); /* exact, so that sanitizers see what is read after it */
    if (copy == NULL)
        return false;
    memcpy(copy, text, length);
    char *exact = realloc(copy, length == 0 ? 1 : length);
    bool done = ckpt_address_parse(exact == NULL ? copy : exact, length, prefix, address);
    free(exact == NULL ? copy : exact);
    return done;
}

static const struct {
    const char *text;
    const char *hex; /* NULL: no address */
} addresses[] = {
    {"10.88.0.9", "0a580009"},
    {"0.0.0.0", "00000000"},
    {"255.255.255.255", "ffffffff"},
    {"256.1.1.1", NULL},
    {"01.1.1.1", NULL},
    {"1.1.1", NULL},
    {"1.1.1.1.", NULL},
    {"1.1.1.1.1", NULL},
    {"1..1.1", NULL},
    {"", NULL},
    {"a.b.c.d", NULL},
    {"10.88.0.9/16", NULL},
    {"::", "00000000000000000000000000000000"},
    {"::1", "00000000000000000000000000000001"},
    {"1::", "00010000000000000000000000000000"},
    {"fd00:10:244:1::11", "fd000010024400010000000000000011"},
    {"1:2:3:4:5:6:7:8", "00010002000300040005000600070008"},
    {"1:2:3:4:5:6:7::", "00010002000300040005000600070000"},
    {"1:2:3:4::5:6:7:8", NULL},
    {"1:2:3:4:5:6:7:8:9", NULL},
    {"1:2:3:4:5:6:7", NULL},
    {"1:2:3:4:5:6:7:", NULL},
    {":1:2:3:4:5:6:7", NULL},
    {"1::2::3", NULL},
    {":::", NULL},
    {"12345::", NULL},
    {"g::", NULL},
    {"::ffff:1.2.3.4", "00000000000000000000ffff01020304"},
    {"1:2:3:4:5:6:1.2.3.4", "00010002000300040005000601020304"},
    {"1:2:3:4:5:6:7:1.2.3.4", NULL},
    {"::1.2.3", NULL},
    {"fe80::1%eth0", NULL},
    {":", NULL},
};

static const struct {
    const char *network, *other;
    bool is_network, within;
} networks[] = {
    {"10.88.0.9/16", "10.88.0.1", false, true},    {"10.88.0.9/16", "10.89.0.1", false, false},
    {"10.88.0.0/16", "10.88.255.1", true, true},   {"10.88.0.9/0", "1.2.3.4", false, true},
    {"10.88.0.9/32", "10.88.0.9", true, true},     {"10.88.0.9/31", "10.88.0.8", false, true},
    {"10.88.0.9/20", "10.88.16.1", false, false},  {"fd00::9/64", "fd00::1", false, true},
    {"fd00::9/64", "fd00:0:0:1::1", false, false}, {"fd00::9/64", "10.88.0.1", false, false},
};

void test_addresses(void)
{
    static const char *const no_prefix[] = {"10.88.0.9",    "10.88.0.9/",  "10.88.0.9/33", "/16",
                                            "10.88.0.9/1x", "fd00::9/129", "10.88.0.9/-1"};
    struct ckpt_address a, b;
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        char hex[33] = "";
        bool done = parse(addresses[i].text, false, &a);
        for (unsigned n = 0; done && n < a.size; n++) {
            static const char digits[] = "0123456789abcdef";
            hex[(size_t)2 * n] = digits[a.bytes[n] >> 4];
            hex[(size_t)2 * n + 1] = digits[a.bytes[n] & 15];
            hex[(size_t)2 * n + 2] = '\0';
        }
        const char *want = addresses[i].hex;
        CHECK_THAT(done == (want != NULL) && (!done || strcmp(hex, want) == 0), "%s is %s",
                   addresses[i].text, done ? hex : "none");
    }
    for (size_t i = 0; i < sizeof(no_prefix) / sizeof(no_prefix[0]); i++)
        CHECK_THAT(!parse(no_prefix[i], true, &a), "%s", no_prefix[i]);
    for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++) {
        CHECK_THAT(parse(networks[i].network, true, &a) && parse(networks[i].other, false, &b),
                   "%s", networks[i].network);
        CHECK_THAT(ckpt_address_is_network(&a) == networks[i].is_network, "%s",
                   networks[i].network);
        CHECK_THAT(ckpt_address_within(&a, &b) == networks[i].within, "%s in %s", networks[i].other,
                   networks[i].network);
    }
    CHECK(ckpt_is_hardware_address("f2:99:9a:10:2b:3c", 17));
    CHECK(ckpt_is_hardware_address("F2-99-9A-10-2B-3C", 17));
    CHECK(!ckpt_is_hardware_address("f2:99:9a:10:2b:3", 16));
    CHECK(!ckpt_is_hardware_address("f2:99-9a:10:2b:3c", 17));
    CHECK(!ckpt_is_hardware_address("f2:99:9a:10:2b:3g", 17));
    CHECK(!ckpt_is_hardware_address("f2999a102b3cf2999", 17));
}
