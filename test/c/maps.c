/* SPDX-License-Identifier: Apache-2.0 */
/* Maps: order, equal keys, merging, null and wrong values. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helpers.h"
#include "tap.h"
#include "tests.h"
#include "json/document.h"

static void check_order(void)
{
    check_encodes(CKPT_KIND_SPEC,
                  "{\"annotations\":{\"b\":\"1\",\"B\":\"2\",\"10\":\"3\",\"9\":\"4\",\"\":\"5\","
                  "\"aa\":\"6\",\"a\":\"7\",\"\xC3\xA9\":\"8\",\"\\u0000\":\"9\"}}",
                  "{\"annotations\":{\"\":\"5\",\"\\u0000\":\"9\",\"10\":\"3\",\"9\":\"4\","
                  "\"B\":\"2\",\"a\":\"7\",\"aa\":\"6\",\"b\":\"1\",\"\xC3\xA9\":\"8\"}}");
    /* the same inside of an any value */
    check_encodes(CKPT_KIND_ANY, "{\"b\":1,\"a\":{\"d\":1,\"c\":2,\"d\":3},\"b\":2}",
                  "{\"a\":{\"c\":2,\"d\":3},\"b\":2}");
    /* keys that become equal only once they are read */
    check_encodes(CKPT_KIND_SPEC,
                  "{\"annotations\":{\"\xFF\":\"1\",\"\xFE\":\"2\",\"\\ud800\":\"3\"}}",
                  "{\"annotations\":{\"\xEF\xBF\xBD\":\"3\"}}");
}

static void check_merging(void)
{
    check_encodes(CKPT_KIND_SPEC,
                  "{\"annotations\":{\"a\":\"1\",\"b\":\"2\"},\"Annotations\":{\"b\":\"3\","
                  "\"c\":\"4\"},\"annotations\":{\"a\":\"5\"}}",
                  "{\"annotations\":{\"a\":\"5\",\"b\":\"3\",\"c\":\"4\"}}");
    /* null drops all, a null value makes an empty one, {} keeps what is there */
    check_encodes(
        CKPT_KIND_SPEC,
        "{\"annotations\":{\"a\":\"1\"},\"annotations\":null,\"annotations\":{\"b\":\"2\"},"
        "\"annotations\":{}}",
        "{\"annotations\":{\"b\":\"2\"}}");
    check_encodes(CKPT_KIND_SPEC, "{\"annotations\":{\"a\":\"1\",\"a\":null}}",
                  "{\"annotations\":{\"a\":\"\"}}");
    /* a later value replaces the whole entry, it does not merge */
    check_encodes(CKPT_KIND_NETWORK_STATUS,
                  "{\"n\":{\"interfaces\":{\"eth0\":{\"mac_address\":\"x\"}}},\"n\":{}}",
                  "{\"n\":{\"interfaces\":null}}");
    check_encodes(CKPT_KIND_NETWORK_STATUS,
                  "{\"n\":{\"interfaces\":{\"b\":{\"subnets\":[]},\"a\":{}},"
                  "\"INTERFACES\":{\"a\":{\"mac_address\":\"y\"}}}}",
                  "{\"n\":{\"interfaces\":{\"a\":{\"subnets\":null,\"mac_address\":\"y\"},"
                  "\"b\":{\"subnets\":[],\"mac_address\":\"\"}}}}");
    check_encodes(CKPT_KIND_NETWORK_STATUS, "null", "null");
    check_encodes(CKPT_KIND_NETWORK_STATUS, "{}", "{}");
}

/* Many keys, in an order far from sorted, each twice. */
static void check_many(void)
{
    enum { KEYS = 3000 };
    char *text = malloc(KEYS * 2 * 24 + 64);
    size_t length = (size_t)sprintf(text, "{\"annotations\":{");
    for (unsigned i = 0; i < KEYS * 2; i++)
        length += (size_t)sprintf(text + length, "%s\"k%u\":\"%u\"", i == 0 ? "" : ",",
                                  i * 7919u % KEYS, i);
    strcpy(text + length, "}}");

    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    CHECK(decode_text(document, CKPT_KIND_SPEC, text, &error));
    const ckpt_reduced_spec *spec = ckpt_document_value(document);
    CHECK(spec->annotations.count == KEYS);
    const ckpt_string *values = spec->annotations.values;
    for (size_t i = 0; i < spec->annotations.count; i++) {
        ckpt_string key = spec->annotations.keys[i];
        if (i > 0)
            CHECK_THAT(ckpt_string_compare(spec->annotations.keys[i - 1], key) < 0, "order at %zu",
                       i);
        unsigned number = (unsigned)strtoul(key.data + 1, NULL, 10);
        unsigned value = (unsigned)strtoul(values[i].data, NULL, 10);
        CHECK_THAT(value >= KEYS && value * 7919u % KEYS == number, "%.*s: %.*s", SHOW(key),
                   SHOW(values[i]));
    }
    ckpt_document_free(document);
    free(text);
}

/* Entries that have the wrong type stay, with an empty value. */
static void check_wrong(void)
{
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    CHECK(!decode_text(document, CKPT_KIND_SPEC,
                       "{\"annotations\":{\"z\":1,\"a\":\"x\",\"z\":\"y\",\"b\":[]}}", &error));
    CHECK(error.kind == CKPT_ERROR_TYPE && same(error.pointer, "/annotations/z") &&
          error.where.offset == 20);
    const ckpt_reduced_spec *spec = ckpt_document_value(document);
    const ckpt_string *values = spec->annotations.values;
    CHECK(spec->annotations.count == 3 && same(values[0], "x") && same(values[1], "") &&
          same(values[2], "y"));
    ckpt_document_free(document);
}

void test_maps(void)
{
    check_order();
    check_merging();
    check_many();
    check_wrong();
}
