/* SPDX-License-Identifier: Apache-2.0 */
/* The scan for secrets does work in proportion to its input, counted and not timed. */
#include <stdlib.h>
#include <string.h>

#define CKPT_COUNT_WORK
/* The scanner with a counter in it, in place of the one in the library. */
/* NOLINTBEGIN(bugprone-suspicious-include) */
#include "../../src/text/secret_names.c"
#include "../../src/text/secret_shapes.c"
#undef NAME
#include "../../src/text/secrets.c"
/* NOLINTEND(bugprone-suspicious-include) */
#include "tap.h"
#include "tests.h"

/* Bytes looked at in `count` repetitions of a text, all secrets of it taken one after the other. */
static uint64_t work_of(const char *part, size_t count)
{
    size_t length = strlen(part) * count, done = 0;
    char *text = malloc(length + 1);
    if (text == NULL)
        return 0;
    for (size_t i = 0; i < length; i++)
        text[i] = part[i % strlen(part)];
    ckpt_secret_work = 0;
    struct ckpt_secret secret;
    while (ckpt_secret_in((ckpt_string){text, length}, done, &secret)) {
        CHECK(secret.from >= done && secret.to > secret.from && secret.to <= length);
        done = secret.to;
    }
    free(text);
    return ckpt_secret_work;
}

void test_secrets_linear(void)
{
    static const char *const parts[] = {
        "TOKEN=$",    "TOKEN=",
        "=",          ":",
        "a://",       "a://b:c",
        "a://b:c@d ", "eyJhbGciOiJ.",
        "-----BEGIN", "password ",
        "Bearer ",    "\\\"token\\\":",
        "token: ",    "sk-",
        "glpat-",     "-p",
        "TOKEN=(x) ", "PASSWORD=\"",
        "a.b.c=",     "KEY=Ab1Cd2Ef3",
        "x",          " ",
        "\\",         "hooks./",
        "TOKEN=x1(",  "s.a",
        "hvs.",       "dp.a.",
        "'",          "https://webhook/a/",
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        uint64_t one = work_of(parts[i], 4000), two = work_of(parts[i], 8000),
                 four = work_of(parts[i], 16000);
        CHECK_THAT(two <= 2 * one + one / 4 + 4096 && four <= 2 * two + two / 4 + 4096,
                   "%s: %llu, %llu, %llu", parts[i], (unsigned long long)one,
                   (unsigned long long)two, (unsigned long long)four);
        /* NEAR and NAME bound what is looked at around each byte. */
        CHECK_THAT(one <= (uint64_t)(3 * NEAR + 3 * NAME) * strlen(parts[i]) * 4000, "%s: %llu",
                   parts[i], (unsigned long long)one);
    }
}
