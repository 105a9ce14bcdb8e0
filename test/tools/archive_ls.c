/* SPDX-License-Identifier: Apache-2.0 */
/* Prints what the reader says of a file: archive_ls [-d] [-s] [-c CHUNK] [-w PATTERN] FILE */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../c/archive_drive.h"

int main(int argc, char **argv)
{
    drive_how how = {0};
    const char *patterns[17] = {0}, *path = NULL;
    int count = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-d") == 0)
            how.decide = 1;
        else if (strcmp(argv[i], "-s") == 0)
            how.sequential = 1;
        else if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
            how.chunk = (size_t)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "-w") == 0 && i + 1 < argc && count < 16)
            patterns[count++] = argv[++i];
        else
            path = argv[i];
    }
    FILE *file = path ? fopen(path, "rb") : NULL;
    if (file == NULL) {
        fprintf(stderr, "cannot open the file\n");
        return 2;
    }
    size_t length = 0, room = 1 << 20;
    uint8_t *bytes = malloc(room);
    while (bytes != NULL && (length += fread(bytes + length, 1, room - length, file)) == room)
        bytes = realloc(bytes, room *= 2);
    fclose(file);
    if (bytes == NULL)
        return 2;
    how.select = count ? patterns : NULL;
    drive_result r;
    drive(bytes, length, &how, &r);
    fputs(r.text, stdout);
    printf("asked %" PRIu64 " in %" PRIu64 " needs, data %" PRIu64
           ", members %u, compression %u, streams %u%s%s\n",
           r.asked, r.needs, r.data, r.members, r.info.compression, r.info.streams,
           *r.message ? "\n" : "", r.message);
    drive_free(&r);
    free(bytes);
    return r.last.type == CKPT_ARCHIVE_ERROR;
}
