/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes for people, against what the Go package's ByteToString says. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ckpt.h"
#include "helpers.h"
#include "tap.h"
#include "tests.h"

void test_bytes(void)
{
    size_t length;
    int count = 0;
    char *lines = tap_read_file(tap_data("conformance/bytes-expected.jsonl"), &length);
    char *rest = lines;
    for (char *line; (line = next_line(&rest)) != NULL; count++) {
        /* {"n":"NUMBER","s":"TEXT"} */
        char *number = strstr(line, "\"n\":\""), *text = strstr(line, "\"s\":\"");
        if (!CHECK_THAT(number != NULL && text != NULL, "line %d", count + 1))
            break;
        text += 5;
        text[strcspn(text, "\"")] = '\0';
        int64_t value = strtoll(number + 5, NULL, 10);
        char got[CKPT_BYTES_MAX + 1];
        memset(got, '#', sizeof(got));
        size_t got_length = ckpt_byte_to_string(value, got);
        CHECK_THAT(strcmp(got, text) == 0 && got_length == strlen(text), "%" PRId64 ": %s, not %s",
                   value, got, text);
        CHECK(got[CKPT_BYTES_MAX] == '#');
    }
    free(lines);
    CHECK(count > 5000);
}
