/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256: the examples of FIPS 180-4, and every way to cut a text into pieces. */
#include "text/sha256.h"

#include <string.h>

#include "tap.h"
#include "tests.h"

enum { SIZE = 200 };

static bool is(struct ckpt_sha256 *hash, const char *wanted)
{
    char digits[CKPT_SHA256_DIGITS];
    ckpt_sha256_end(hash, digits);
    return memcmp(digits, wanted, sizeof(digits)) == 0;
}

static void examples(void)
{
    static const struct {
        const char *text, *digest;
    } known[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
         "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    struct ckpt_sha256 hash;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        ckpt_sha256_init(&hash);
        ckpt_sha256_add(&hash, known[i].text, strlen(known[i].text));
        CHECK_THAT(is(&hash, known[i].digest), "example %zu", i);
    }
    char thousand[1000];
    memset(thousand, 'a', sizeof(thousand));
    ckpt_sha256_init(&hash);
    for (int i = 0; i < 1000; i++)
        ckpt_sha256_add(&hash, thousand, sizeof(thousand));
    CHECK_THAT(is(&hash, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
               "a million letters a");
}

/* Lengths around the end of a block, cut at every place, and byte by byte. */
static void pieces(void)
{
    uint8_t bytes[SIZE];
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (uint8_t)(i * 7 + 3);
    for (size_t length = 0; length <= SIZE; length++) {
        struct ckpt_sha256 hash;
        char whole[CKPT_SHA256_DIGITS];
        ckpt_sha256_init(&hash);
        ckpt_sha256_add(&hash, bytes, length);
        ckpt_sha256_end(&hash, whole);
        for (size_t cut = 0; cut <= length; cut++) {
            ckpt_sha256_init(&hash);
            ckpt_sha256_add(&hash, bytes, cut);
            ckpt_sha256_add(&hash, bytes + cut, length - cut);
            CHECK_THAT(is(&hash, whole), "%zu bytes cut at %zu", length, cut);
        }
        ckpt_sha256_init(&hash);
        for (size_t i = 0; i < length; i++)
            ckpt_sha256_add(&hash, bytes + i, 1);
        CHECK_THAT(is(&hash, whole), "%zu bytes one by one", length);
    }
}

void test_sha256(void)
{
    examples();
    pieces();
}
