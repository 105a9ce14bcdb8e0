/* SPDX-License-Identifier: Apache-2.0 */
/* The Go package's functions that read and write files; native library only. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json/document.h"

/* ---- paths ------------------------------------------------------------------------------------
 */

/* Copies `text` to `out`, which has room and is zeroed after it; returns the end. */
static char *put(char *out, const char *text)
{
    size_t length = strlen(text);
    memcpy(out, text, length);
    return out + length;
}

/* Go: filepath.Join (which cleans: no empty or "." parts, ".." resolved where possible). The
   result, terminated, is in the arena; NULL if there is no memory. */
static char *join_path(struct ckpt_arena *arena, const char *directory, const char *file)
{
    size_t length = strlen(directory) + strlen(file) + 2;
    char *joined = ckpt_arena_alloc(arena, length), *out = ckpt_arena_alloc(arena, length);
    if (joined == NULL || out == NULL)
        return NULL;
    bool both = directory[0] != '\0' && file[0] != '\0';
    put(put(put(joined, directory), both ? "/" : ""), file);
    if (joined[0] == '\0')
        return joined;

    bool rooted = joined[0] == '/';
    size_t written = rooted, floor = rooted; /* ".." does not go back after `floor` */
    if (rooted)
        out[0] = '/';
    for (const char *part = joined; *part != '\0';) {
        size_t size = strcspn(part, "/");
        bool up = size == 2 && part[0] == '.' && part[1] == '.';
        if (up && written > floor) {
            while (written > floor && out[--written] != '/') {
            }
        } else if (size != 0 && !(size == 1 && part[0] == '.') && !(up && rooted)) {
            if (written > rooted)
                out[written++] = '/';
            memcpy(out + written, part, size);
            written += size;
            if (up)
                floor = written;
        }
        part += size + (part[size] == '/');
    }
    if (written == 0)
        out[written++] = '.';
    out[written] = '\0';
    return out;
}

/* ---- errors -----------------------------------------------------------------------------------
 */

static ckpt_string concat(struct ckpt_arena *arena, const char *a, const char *b, const char *c,
                          ckpt_string d)
{
    size_t length = strlen(a) + strlen(b) + strlen(c);
    char *text = ckpt_arena_alloc(arena, length + d.length + 1);
    if (text == NULL)
        return (ckpt_string){"out of memory", 13};
    char *end = put(put(put(text, a), b), c);
    if (d.length != 0)
        memcpy(end, d.data, d.length);
    return (ckpt_string){text, length + d.length};
}

/* "open PATH: no such file or directory": Go's *PathError. Its words for errno are the system's,
   in lower case. */
static bool file_error(ckpt_document *document, const char *operation, const char *path, int number,
                       ckpt_error *error)
{
    char reason[128] = {0};
    if (strerror_r(number, reason, sizeof(reason)) != 0)
        put(reason, "unknown error");
    if (reason[0] >= 'A' && reason[0] <= 'Z' && reason[1] >= 'a')
        reason[0] = (char)(reason[0] - 'A' + 'a');
    memset(error, 0, sizeof(*error));
    error->kind = CKPT_ERROR_FILE;
    error->go_offset = -1;
    error->message =
        concat(&document->arena, operation, path, ": ", (ckpt_string){reason, strlen(reason)});
    error->detail = error->message;
    return false;
}

static bool no_memory(ckpt_error *error)
{
    memset(error, 0, sizeof(*error));
    ckpt_limit_error(error, "out of memory");
    return false;
}

/* ---- reading ----------------------------------------------------------------------------------
 */

/* The whole file; its size is only a first guess. NULL and errno on failure. */
static char *read_all(int fd, size_t guess, size_t *length)
{
    size_t capacity = guess + 1;
    char *data = malloc(capacity);
    *length = 0;
    while (data != NULL) {
        if (*length == capacity) {
            if (capacity > CKPT_MAX_INPUT)
                break; /* larger than any input that is decoded */
            capacity *= 2;
            char *larger = realloc(data, capacity);
            if (larger == NULL) {
                free(data);
                return NULL;
            }
            data = larger;
        }
        ssize_t got = read(fd, data + *length, capacity - *length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            int number = errno;
            free(data);
            errno = number;
            return NULL;
        }
        if (got == 0)
            break;
        *length += (size_t)got;
    }
    return data;
}

bool ckpt_read_json_file(ckpt_document *document, ckpt_kind kind, const char *directory,
                         const char *file, ckpt_string *path, ckpt_error *error)
{
    /* Decoding resets the document, so that the path must live outside it until then. */
    struct ckpt_arena scratch = {NULL, NULL, NULL};
    *path = (ckpt_string){"", 0};
    memset(error, 0, sizeof(*error));
    ckpt_arena_reset(&document->arena);
    document->value = NULL;
    document->index.count = 0;
    char *name = join_path(&scratch, directory, file);
    if (name == NULL) {
        ckpt_arena_free(&scratch);
        return no_memory(error);
    }

    bool decoded = false;
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat info;
    if (fd < 0) {
        file_error(document, "open ", name, errno, error);
    } else if (fstat(fd, &info) != 0) {
        file_error(document, "stat ", name, errno, error);
    } else if (S_ISDIR(info.st_mode)) {
        file_error(document, "read ", name, EISDIR, error);
    } else if (!S_ISREG(info.st_mode)) {
        /* A FIFO or device could block for ever or never end. */
        error->kind = CKPT_ERROR_FILE;
        error->go_offset = -1;
        error->message =
            concat(&document->arena, name, " is not a regular file", "", (ckpt_string){"", 0});
        error->detail = error->message;
    } else {
        size_t length, guess = (size_t)(info.st_size > 0 ? info.st_size : 0);
        if (guess > CKPT_MAX_INPUT)
            guess = CKPT_MAX_INPUT;
        char *data = read_all(fd, guess, &length);
        if (data == NULL) {
            file_error(document, "read ", name, errno, error);
        } else {
            free(document->file);
            document->file = data;
            decoded = ckpt_decode(document, kind, data, length, error);
            ckpt_string name_copy = concat(&document->arena, name, "", "", (ckpt_string){"", 0});
            if (decoded) {
                *path = name_copy;
            } else {
                error->message =
                    concat(&document->arena, "failed to unmarshal ", name, ": ", error->message);
                error->detail =
                    concat(&document->arena, "failed to unmarshal ", name, ": ", error->detail);
            }
        }
    }
    if (fd >= 0)
        close(fd);
    ckpt_arena_free(&scratch);
    return decoded;
}

/* ---- writing ----------------------------------------------------------------------------------
 */

bool ckpt_write_json_file(ckpt_document *document, ckpt_kind kind, const void *value,
                          const char *directory, const char *file, ckpt_string *path,
                          ckpt_error *error)
{
    ckpt_string text;
    *path = (ckpt_string){"", 0};
    if (!ckpt_encode(document, kind, value, &text, error)) {
        error->message =
            concat(&document->arena, "error marshalling JSON: ", "", "", error->message);
        error->detail = error->message;
        return false;
    }
    char *name = join_path(&document->arena, directory, file);
    if (name == NULL)
        return no_memory(error);
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return file_error(document, "open ", name, errno, error);
    for (size_t written = 0; written < text.length;) {
        ssize_t put = write(fd, text.data + written, text.length - written);
        if (put < 0 && errno != EINTR) {
            int number = errno;
            close(fd);
            return file_error(document, "write ", name, number, error);
        }
        written += put > 0 ? (size_t)put : 0;
    }
    if (close(fd) != 0)
        return file_error(document, "close ", name, errno, error);
    *path = (ckpt_string){name, strlen(name)};
    return true;
}

/* ---- the readers of the Go package --------------------------------------------------------------
 */

static bool read_kind(ckpt_document *document, ckpt_kind kind, const char *directory,
                      ckpt_string *path, ckpt_error *error)
{
    return ckpt_read_json_file(document, kind, directory, ckpt_kinds[kind].file_name, path, error);
}

bool ckpt_read_container_checkpoint_config_dump(ckpt_document *document, const char *directory,
                                                const ckpt_container_config **value,
                                                ckpt_string *path, ckpt_error *error)
{
    bool read = read_kind(document, CKPT_KIND_CONFIG_DUMP, directory, path, error);
    *value = ckpt_document_value(document);
    return read;
}

bool ckpt_read_container_checkpoint_spec_dump(ckpt_document *document, const char *directory,
                                              const ckpt_spec **value, ckpt_string *path,
                                              ckpt_error *error)
{
    bool read = read_kind(document, CKPT_KIND_SPEC_DUMP, directory, path, error);
    *value = ckpt_document_value(document);
    return read;
}

bool ckpt_read_container_checkpoint_status_file(ckpt_document *document, const char *directory,
                                                const ckpt_containerd_status **value,
                                                ckpt_string *path, ckpt_error *error)
{
    bool read = read_kind(document, CKPT_KIND_STATUS, directory, path, error);
    *value = ckpt_document_value(document);
    return read;
}

bool ckpt_read_container_checkpoint_deleted_files(ckpt_document *document, const char *directory,
                                                  const ckpt_slice **value, ckpt_string *path,
                                                  ckpt_error *error)
{
    bool read = read_kind(document, CKPT_KIND_DELETED_FILES, directory, path, error);
    *value = ckpt_document_value(document);
    return read;
}

bool ckpt_read_container_checkpoint_network_status(ckpt_document *document, const char *directory,
                                                   const ckpt_map **value, ckpt_string *path,
                                                   ckpt_error *error)
{
    bool read = read_kind(document, CKPT_KIND_NETWORK_STATUS, directory, path, error);
    *value = ckpt_document_value(document);
    return read;
}

bool ckpt_read_checkpoint_pod_options(ckpt_document *document, const char *directory,
                                      const ckpt_checkpointed_pod_options **value,
                                      ckpt_string *path, ckpt_error *error)
{
    bool read = read_kind(document, CKPT_KIND_POD_OPTIONS, directory, path, error);
    *value = ckpt_document_value(document);
    return read;
}
