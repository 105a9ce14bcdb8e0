/* SPDX-License-Identifier: Apache-2.0 */
/* What files are by their first bytes: the same cases as test/js/archive/not-archives.test.mjs. */
#include "archive/magic.h"

#include <string.h>

#include "tap.h"
#include "tests.h"

#define CASE(bytes, text)                                                                          \
    {                                                                                              \
        bytes, sizeof(bytes) - 1, text                                                             \
    }

static const struct {
    const char *bytes;
    size_t length;
    const char *text;
} cases[] = {
    CASE("\x89PNG\r\n\x1a\n", "a picture (PNG)"),
    CASE("PK\3\4", "a ZIP archive; checkpoints are tar archives"),
    CASE("\x7f"
         "ELF\2\1\1",
         "a program or core file (ELF)"),
    CASE("age-encryption.org/v1\n", "encrypted with age; decrypt it first"),
    CASE("Salted__........", "encrypted with openssl; decrypt it first"),
    CASE("-----BEGIN PGP MESSAGE-----\n", "encrypted with OpenPGP; decrypt it first"),
    CASE("-----BEGIN PGP SIGNATURE-----\n", "a key or signature of OpenPGP"),
    CASE("\x85\1\x0c\3\xab\xcd", "encrypted with OpenPGP; decrypt it first"),
    CASE("\x8c\x0d\4\x09\3\2", "encrypted with OpenPGP; decrypt it first"),
    CASE("gVisorSF", "a checkpoint of gVisor, which only runsc restores"),
    CASE("\0\0\x64\x86\x84\x19\x10\7\5\0\0\0\0\0\0\0"
         "4.0.0",
         "the state of a virtual machine of Firecracker (x86_64, format 4.0.0)"),
    CASE("\1\0\xaa\xaa\x84\x19\x10\7", "the state of a virtual machine of Firecracker (aarch64)"),
    CASE("\x0f\0\0\0\x12\x0dinventory.img",
         "a shard of criu-image-streamer, which \"criu-image-streamer extract\" makes images of"),
    CASE("\6\0\0\0\x08\1\x18\x80\x80\4....",
         "a shard of criu-image-streamer, which \"criu-image-streamer extract\" makes images of"),
    CASE("\x19\x43VTG8\x05U", "one CRIU image, not the checkpoint that it belongs to"),
    CASE("\x16\x31\x31X\x14\0\0\0", "one CRIU image, not the checkpoint that it belongs to"),
    CASE("@Y\x10U", "a file of statistics or caches of CRIU"),
    CASE("  {\"a\": 1}", "JSON"),
    CASE("(00.000123) Version: 4.2", "a log of CRIU"),
    CASE("hello world\n", "a text"),
    CASE("\x0f\0\0\0\x12\x0einventory.img", ""),
    CASE("\1\2\3\4\5\6\7\x08", ""),
    CASE("", ""),
};

void test_magic(void)
{
    char text[CKPT_MAGIC_MAX];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool known = ckpt_magic_describe((const uint8_t *)cases[i].bytes, cases[i].length, text);
        CHECK_THAT(strcmp(text, cases[i].text) == 0, "case %zu: \"%s\"", i, text);
        CHECK_THAT(known == (text[0] != '\0'), "case %zu", i);
        /* Never more than there is. */
        for (size_t length = 0; length < cases[i].length; length++) {
            char copy[64];
            memcpy(copy, cases[i].bytes, length);
            ckpt_magic_describe((const uint8_t *)copy, length, text);
        }
    }
}
