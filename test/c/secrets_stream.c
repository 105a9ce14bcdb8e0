/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in bytes that come piece by piece: the same whatever the pieces. */
#include "text/secrets_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "tests.h"

#define TOKEN "1a2B3c4D5e6F7g8H9i0JkLmNoPqRsTuVwXyZ"
#define KEY                                                                                        \
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAx\nAbCdEf0123456789\n"                       \
    "-----END RSA PRIVATE KEY-----"

struct found {
    uint64_t offset, length;
    uint32_t how;
};

struct answer {
    struct found list[64];
    size_t count;
};

static void collect(ckpt_secrets_stream *stream, struct answer *answer)
{
    struct ckpt_buffer *results = ckpt_secrets_stream_results(stream);
    CHECK(!results->failed);
    for (size_t at = 0; at < results->length;) {
        struct ckpt_secret_hit hit;
        memcpy(&hit, results->data + at, sizeof(hit));
        size_t size = (size_t)hit.name_length + hit.what_length + hit.value_length;
        at += sizeof(hit) + ((size + 7) & ~(size_t)7);
        if (answer->count < sizeof(answer->list) / sizeof(*answer->list))
            answer->list[answer->count++] = (struct found){hit.offset, hit.length, hit.how};
    }
    ckpt_buffer_clear(results);
}

static void scan(ckpt_secrets_stream *stream, const char *bytes, size_t length, size_t piece,
                 struct answer *answer)
{
    answer->count = 0;
    ckpt_secrets_stream_begin(stream, false);
    for (size_t at = 0; at < length;) {
        size_t size;
        char *room = ckpt_secrets_stream_room(stream, &size);
        CHECK(size > 0);
        if (size > piece)
            size = piece;
        if (size > length - at)
            size = length - at;
        memcpy(room, bytes + at, size);
        ckpt_secrets_stream_feed(stream, size);
        collect(stream, answer);
        at += size;
    }
    ckpt_secrets_stream_end(stream);
    collect(stream, answer);
}

static bool has(const struct answer *answer, uint64_t offset, uint64_t length, uint32_t how)
{
    for (size_t i = 0; i < answer->count; i++)
        if (answer->list[i].offset == offset && answer->list[i].length == length &&
            answer->list[i].how == how)
            return true;
    return false;
}

/* Bytes with secrets in them, and where these are. */
struct sample {
    char bytes[1024];
    size_t length;
    struct answer want;
};

static void put(struct sample *s, const char *bytes, size_t length)
{
    memcpy(s->bytes + s->length, bytes, length);
    s->length += length;
}

static void put_secret(struct sample *s, const char *before, const char *value, uint32_t how)
{
    put(s, before, strlen(before));
    s->want.list[s->want.count++] =
        (struct found){s->length, strlen(value) * (how == CKPT_SECRET_WIDE ? 2 : 1), how};
    for (size_t i = 0; i < strlen(value); i++) {
        put(s, value + i, 1);
        if (how == CKPT_SECRET_WIDE)
            put(s, "", 1);
    }
}

static void put_wide(struct sample *s, const char *text)
{
    for (size_t i = 0; i < strlen(text); i++) {
        put(s, text + i, 1);
        put(s, "", 1);
    }
}

static void fill(struct sample *s)
{
    put(s,
        "\x7f"
        "ELF\0\1\2",
        7);
    put_secret(s, "DB_PASSWORD=", "a b c", CKPT_SECRET_NAMED);
    put(s, "\0PATH=/bin\0", 11);
    put_secret(s, "log line\nwith ", "ghp_" TOKEN, CKPT_SECRET_NAMED);
    put_secret(s, " and key\n", KEY, CKPT_SECRET_NAMED);
    put(s, "\nbehind it\n\1\2", 13);
    put_secret(s, "a known", "one, at last", CKPT_SECRET_NEEDLE);
    put(s, "\0\0x", 3);
    put_wide(s, "API_TOKEN=");
    put_secret(s, "", "Zx81qP0kLmN4", CKPT_SECRET_WIDE);
    put(s, "\0\0\0", 3);
    put(s, "password=%s:%s\0", 15);
    put(s, "mysql\0", 6);
    put(s, "--db-password\0", 14);
    put_secret(s, "", "correct horse", CKPT_SECRET_NAMED);
    put(s,
        "\0-p\0"
        "8080:80\0--password\0--user",
        29);
}

void test_secrets_stream(void)
{
    struct sample s = {.length = 0};
    fill(&s);
    ckpt_secrets_stream *stream = ckpt_secrets_stream_new();
    CHECK(stream != NULL);
    if (stream == NULL)
        return;
    CHECK(ckpt_secrets_stream_know(stream, "one, at last", 12));
    CHECK(ckpt_secrets_stream_know(stream, "one, at last", 12));
    CHECK(!ckpt_secrets_stream_know(stream, "one", 3));
    for (size_t piece = 1; piece <= s.length; piece++) {
        struct answer answer;
        scan(stream, s.bytes, s.length, piece, &answer);
        CHECK(answer.count == s.want.count);
        for (size_t i = 0; i < s.want.count; i++)
            CHECK(has(&answer, s.want.list[i].offset, s.want.list[i].length, s.want.list[i].how));
    }
    ckpt_secrets_stream_free(stream);
}

/* A text longer than what is held at once, with a secret at each place where pieces may end. */
void test_secrets_stream_long(void)
{
    enum { SIZE = 3 << 20, STEP = 4099 };
    static const char line[] = "\nAPI_TOKEN=ghp_" TOKEN "\n";
    char *text = malloc(SIZE);
    ckpt_secrets_stream *stream = ckpt_secrets_stream_new();
    CHECK(text != NULL && stream != NULL);
    if (text == NULL || stream == NULL)
        return;
    for (size_t i = 0; i < SIZE; i++)
        text[i] = "some words of a log file\n"[i % 25];
    size_t planted = 0;
    for (size_t at = 100; at + sizeof(line) < SIZE; at += STEP, planted++)
        memcpy(text + at, line, sizeof(line) - 1);
    ckpt_secrets_stream_begin(stream, false);
    size_t found = 0;
    for (size_t at = 0; at < SIZE;) {
        size_t size;
        char *room = ckpt_secrets_stream_room(stream, &size);
        size = size < SIZE - at ? size : SIZE - at;
        memcpy(room, text + at, size);
        at += size;
        ckpt_secrets_stream_feed(stream, size);
        if (at == SIZE)
            ckpt_secrets_stream_end(stream);
        struct ckpt_buffer *results = ckpt_secrets_stream_results(stream);
        for (size_t i = 0; i < results->length;) {
            struct ckpt_secret_hit hit;
            memcpy(&hit, results->data + i, sizeof(hit));
            CHECK((hit.offset - 100) % STEP == 11 && hit.length == sizeof(TOKEN) + 3);
            size_t size_of = (size_t)hit.name_length + hit.what_length + (size_t)hit.value_length;
            i += sizeof(hit) + ((size_of + 7) & ~(size_t)7);
            found++;
        }
        ckpt_buffer_clear(results);
    }
    CHECK(found == planted);
    ckpt_secrets_stream_free(stream);
    free(text);
}
