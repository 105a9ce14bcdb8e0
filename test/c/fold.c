/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that mean a field: case is folded as Go does it, and only so. */
#include <string.h>

#include "helpers.h"
#include "tap.h"
#include "tests.h"
#include "json/document.h"

static bool equal(const char *name, const char *key)
{
    return ckpt_fold_equal(name, strlen(name), key, strlen(key));
}

static const struct ckpt_type *type_named(const char *name)
{
    for (size_t i = 0; i < ckpt_type_count; i++) {
        if (strcmp(ckpt_types[i]->go_name, name) == 0)
            return ckpt_types[i];
    }
    return NULL;
}

void test_fold(void)
{
    CHECK(equal("", ""));
    CHECK(equal("id", "id") && equal("id", "ID") && equal("id", "Id") && equal("ID", "id"));
    CHECK(equal("mac_address", "MAC_Address"));
    CHECK(!equal("id", "i") && !equal("id", "idx") && !equal("id", "") && !equal("", "x"));
    CHECK(!equal("mac_address", "mac-address") && !equal("a[", "A{") && !equal("a@", "a`"));
    /* U+017F and U+212A fold to s and k, U+0130 and U+0131 not to i, full-width letters to none. */
    CHECK(equal("restored", "re\xC5\xBFtored") && equal("RESTORED", "re\xC5\xBFtored"));
    CHECK(equal("k", "\xE2\x84\xAA") && equal("K", "\xE2\x84\xAA"));
    CHECK(equal("sysKs", "\xC5\xBFy\xC5\xBF\xE2\x84\xAA\xC5\xBF"));
    CHECK(!equal("k", "\xC5\xBF") && !equal("s", "\xE2\x84\xAA"));
    CHECK(!equal("id", "\xC4\xB0"
                       "d") &&
          !equal("id", "\xC4\xB1"
                       "d"));
    CHECK(!equal("id", "\xEF\xBD\x89"
                       "d") &&
          !equal("s", "\xC5") && !equal("s", "\xC5\xBF\xBF"));
    CHECK(!ckpt_fold_equal("id", 2, "id\0", 3) && !ckpt_fold_equal("id", 2, "\0id", 3));

    /* Every field is found by its name, from any hint, and by its name in capitals. */
    for (size_t t = 0; t < ckpt_type_count; t++) {
        const struct ckpt_type *type = ckpt_types[t];
        for (int f = 0; f < type->field_count; f++) {
            char capitals[64];
            const struct ckpt_field *field = &type->fields[f];
            for (size_t i = 0; i <= field->json_length; i++) {
                char c = field->json[i];
                if (c >= 'a' && c <= 'z')
                    c = (char)(c - 'a' + 'A');
                capitals[i] = c;
            }
            for (int hint = 0; hint <= type->field_count; hint++) {
                CHECK_THAT(ckpt_find_field(type, (ckpt_string){field->json, field->json_length},
                                           hint) == f,
                           "%s.%s, hint %d", type->go_name, field->json, hint);
                CHECK_THAT(
                    ckpt_find_field(type, (ckpt_string){capitals, field->json_length}, hint) == f,
                    "%s.%s, hint %d", type->go_name, capitals, hint);
            }
        }
    }
    const struct ckpt_type *config = type_named("metadata.ContainerConfig");
    CHECK(config != NULL && ckpt_find_field(config, (ckpt_string){"ids", 3}, 0) == -1 &&
          ckpt_find_field(config, (ckpt_string){"", 0}, 0) == -1);

    /* The last matching key wins, exact or not; maps do not fold. */
    check_encodes(CKPT_KIND_SPEC_DUMP, "{\"ociVersion\":\"1\",\"OCIVERSION\":\"2\"}",
                  "{\"ociVersion\":\"2\"}");
    check_encodes(CKPT_KIND_SPEC_DUMP, "{\"OCIVERSION\":\"2\",\"ociVersion\":\"1\"}",
                  "{\"ociVersion\":\"1\"}");
    check_encodes(CKPT_KIND_SPEC_DUMP, "{\"\\u006fciVer\\u017fion\":\"3\"}",
                  "{\"ociVersion\":\"3\"}");
    check_encodes(CKPT_KIND_SPEC_DUMP, "{\"oci\xC5\xBFVersion\":\"3\",\"ociVersion\\u0000\":\"4\"}",
                  "{\"ociVersion\":\"\"}");
    check_encodes(CKPT_KIND_SPEC, "{\"ANNOTATIONS\":{\"a\":\"1\",\"A\":\"2\",\"\\u0061\":\"3\"}}",
                  "{\"annotations\":{\"A\":\"2\",\"a\":\"3\"}}");
}
