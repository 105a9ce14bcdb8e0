/* SPDX-License-Identifier: Apache-2.0 */
/* Files that people take for checkpoints, by their first bytes. */
#include "magic.h"

#include <string.h>

#define IMAGE "one CRIU image, not the checkpoint that it belongs to"

static const struct {
    uint8_t length;
    const char *bytes, *text;
} beginnings[] = {
    {6, "\x89PNG\r\n", "a picture (PNG)"},
    {3, "\xff\xd8\xff", "a picture (JPEG)"},
    {4, "PK\3\4", "a ZIP archive; checkpoints are tar archives"},
    {6, "7z\xbc\xaf\x27\x1c", "a 7z archive; checkpoints are tar archives"},
    {4, "Rar!", "a RAR archive; checkpoints are tar archives"},
    {6, "070701", "a cpio archive; checkpoints are tar archives"},
    {4,
     "\x7f"
     "ELF",
     "a program or core file (ELF)"},
    {4, "\x19\x43VT", IMAGE}, /* IMG_COMMON_MAGIC of CRIU, and as s390 writes it */
    {4, "TVC\x19", IMAGE},
    {4, "\x16\x31\x31X", IMAGE}, /* inventory.img has no common number */
    {4, "@Y\x10U", "a file of statistics or caches of CRIU"}, /* IMG_SERVICE_MAGIC */
    {4, "%PDF", "a document (PDF)"},
    {21, "age-encryption.org/v1", "encrypted with age; decrypt it first"},
    {14, "-----BEGIN AGE", "encrypted with age; decrypt it first"},
    {27, "-----BEGIN PGP MESSAGE-----", "encrypted with OpenPGP; decrypt it first"},
    {14, "-----BEGIN PGP", "a key or signature of OpenPGP"},
    {8, "Salted__", "encrypted with openssl; decrypt it first"},
    {6, "LUKS\xba\xbe", "an encrypted disk (LUKS)"},
    {8, "gVisorSF", "a checkpoint of gVisor, which only runsc restores"},
    {4, "QFI\xfb", "a disk of a virtual machine (qcow2)"},
    {4, "hsqs", "a file system (SquashFS)"},
    {16, "SQLite format 3\0", "a database (SQLite)"},
    {2, "#!", "a script"},
    {1, "<", "a text in HTML or XML"},
};

static bool say(char text[CKPT_MAGIC_MAX], const char *what)
{
    size_t length = strlen(what);
    memcpy(text, what, length + 1);
    return true;
}

/* Firecracker, src/vmm/src/snapshot: a magic number for each architecture, then the version of the
   format: 16 bits of the number in old ones, a text with its length (64 bits) in new ones. */
static bool is_firecracker(const uint8_t *b, size_t n, char text[CKPT_MAGIC_MAX])
{
    static const uint8_t year[] = {0x84, 0x19, 0x10, 0x07};
    bool arm = n >= 8 && b[2] == 0xaa && b[3] == 0xaa,
         intel = n >= 8 && b[2] == 0x64 && b[3] == 0x86;
    if ((!arm && !intel) || memcmp(b + 4, year, sizeof(year)) != 0)
        return false;
    say(text, arm ? "the state of a virtual machine of Firecracker (aarch64"
                  : "the state of a virtual machine of Firecracker (x86_64");
    size_t at = strlen(text), digits = n >= 17 ? b[8] : 0;
    bool plain = digits > 0 && digits <= 16 && n >= 16 + digits;
    for (size_t i = 0; plain && i < digits; i++)
        plain = (b[16 + i] >= '0' && b[16 + i] <= '9') || b[16 + i] == '.';
    if (plain) {
        memcpy(text + at, ", format ", 9);
        memcpy(text + at + 9, b + 16, digits);
        at += 9 + digits;
    }
    memcpy(text + at, ")", 2);
    return true;
}

/* criu-image-streamer, proto/image.proto: markers, each after its length of 32 bits: a number,
   then the name of a file or the length of data. */
static bool is_shard(const uint8_t *b, size_t n)
{
    if (n < 8 || b[0] < 4 || b[0] > 56 || b[1] != 0 || b[2] != 0 || b[3] != 0 || n < 4u + b[0])
        return false;
    size_t at = 4, end = 4u + b[0];
    bool number = b[at] == 0x08;
    if (number) {
        for (at++; at < end && (b[at] & 0x80) != 0; at++)
            ;
        at++;
    }
    if (at + 2 > end)
        return false;
    if (b[at] == 0x12) /* a name */
        return at + 2 + b[at + 1] == end && b[at + 1] > 4 && memcmp(b + end - 4, ".img", 4) == 0;
    if (b[at] != 0x18 || !number) /* data */
        return false;
    for (at++; at < end && (b[at] & 0x80) != 0; at++)
        ;
    return at + 1 == end;
}

/* RFC 9580, 4.2: a packet with an encrypted session key, version 3 or 6 of a public key's, 4 to 6
   of a password's. */
static bool is_openpgp(const uint8_t *b, size_t n)
{
    if (n < 6)
        return false;
    uint8_t version = b[0] == 0x84 || b[0] == 0x8c   ? b[2]
                      : b[0] == 0x85 || b[0] == 0x8d ? b[3]
                      : b[0] == 0xc1 || b[0] == 0xc3 ? b[1] < 192 ? b[2] : b[3]
                                                     : 0;
    bool password = b[0] == 0x8c || b[0] == 0x8d || b[0] == 0xc3;
    return password ? version >= 4 && version <= 6 : version == 3 || version == 6;
}

static bool is_text(const uint8_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((b[i] < ' ' && b[i] != '\t' && b[i] != '\n' && b[i] != '\r') || b[i] == 0x7f)
            return false;
    return n != 0;
}

/* "(00.000258) " */
static bool is_criu_log(const uint8_t *b, size_t n)
{
    return n >= 12 && b[0] == '(' && b[3] == '.' && b[10] == ')' && b[1] >= '0' && b[1] <= '9';
}

bool ckpt_magic_describe(const uint8_t *b, size_t n, char text[CKPT_MAGIC_MAX])
{
    text[0] = '\0';
    for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
        if (n >= beginnings[i].length && memcmp(b, beginnings[i].bytes, beginnings[i].length) == 0)
            return say(text, beginnings[i].text);
    if (is_firecracker(b, n, text))
        return true;
    if (is_shard(b, n))
        return say(text, "a shard of criu-image-streamer, which \"criu-image-streamer extract\" "
                         "makes images of");
    if (is_openpgp(b, n))
        return say(text, "encrypted with OpenPGP; decrypt it first");
    if (!is_text(b, n))
        return false;
    size_t at = 0;
    while (at < n && (b[at] == ' ' || b[at] == '\t' || b[at] == '\n' || b[at] == '\r'))
        at++;
    if (at < n && (b[at] == '{' || b[at] == '['))
        return say(text, "JSON");
    return say(text, is_criu_log(b, n) ? "a log of CRIU" : "a text");
}
