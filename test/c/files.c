/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that read and write files. */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ckpt.h"
#include "helpers.h"
#include "tap.h"
#include "tests.h"

static char folder[512];

static const char *path_of(const char *name)
{
    static char paths[2][1024]; /* so that two of them can be in use */
    static int turn;
    char *path = paths[turn++ % 2];
    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

static void put_file(const char *name, const char *content, size_t length)
{
    FILE *file = fopen(path_of(name), "wb");
    bool written = file != NULL && fwrite(content, 1, length, file) == length;
    if (file != NULL)
        written = fclose(file) == 0 && written;
    CHECK_THAT(written, "cannot write %s", path_of(name));
}

static void put_text(const char *name, const char *text)
{
    put_file(name, text, strlen(text));
}

/* What reading gives, for a file that cannot be read: the message with the path in place of %s. */
static void check_unreadable(const char *directory, const char *file, ckpt_error_kind kind,
                             const char *format, const char *path)
{
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    ckpt_string shown = {"x", 1};
    char want[2048];
    snprintf(want, sizeof(want), format, path);
    CHECK_THAT(!ckpt_read_json_file(document, CKPT_KIND_ANY, directory, file, &shown, &error),
               "%s is read", path);
    CHECK_THAT(error.kind == kind && same(error.message, want), "%d: %.*s, not %s", (int)error.kind,
               SHOW(error.message), want);
    CHECK_THAT(shown.length == 0, "path %.*s", SHOW(shown));
    CHECK(error.detail.length >= error.message.length);
    CHECK(kind != CKPT_ERROR_FILE || (error.go_offset == -1 && error.where.line == 0));
    ckpt_document_free(document);
}

/* ---- paths ------------------------------------------------------------------------------------
 */

/* The path in the message of an error, or "". */
static ckpt_string path_in(ckpt_string message)
{
    static const char *const starts[] = {"open ", "read ", "failed to unmarshal "};
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        size_t length = strlen(starts[i]);
        if (message.length > length && memcmp(message.data, starts[i], length) == 0) {
            const char *path = message.data + length;
            const char *colon = memchr(path, ':', message.length - length);
            return (ckpt_string){path, colon == NULL ? 0 : (size_t)(colon - path)};
        }
    }
    return (ckpt_string){"", 0};
}

/* Go's filepath.Join, seen through the messages for files that are hardly ever there. */
static void check_paths(void)
{
    size_t length;
    int count = 0, here = open(".", O_RDONLY | O_DIRECTORY);
    char *lines = tap_read_file(tap_data("go/paths.tsv"), &length), *rest = lines;
    CHECK(here >= 0 && chdir(folder) == 0);
    ckpt_document *document = ckpt_document_new();
    for (char *line; (line = next_line(&rest)) != NULL; count++) {
        char *column[3];
        if (!CHECK(split_columns(line, column, 3) == 3))
            break;
        ckpt_error error;
        ckpt_string path;
        if (!ckpt_read_json_file(document, CKPT_KIND_ANY, column[0], column[1], &path, &error))
            path = path_in(error.message);
        CHECK_THAT(same(path, column[2]), "\"%s\" and \"%s\": %.*s, %.*s, not %s", column[0],
                   column[1], SHOW(path), SHOW(error.message), column[2]);
    }
    ckpt_document_free(document);
    CHECK(fchdir(here) == 0);
    close(here);
    free(lines);
    CHECK(count > 1900);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

static void check_reading(void)
{
    check_unreadable(folder, "missing", CKPT_ERROR_FILE, "open %s: no such file or directory",
                     path_of("missing"));
    check_unreadable(folder, "", CKPT_ERROR_FILE, "read %s: is a directory", folder);
    put_text("plain", "{\"a\":1}");
    check_unreadable(path_of("plain"), "below", CKPT_ERROR_FILE, "open %s: not a directory",
                     path_of("plain/below"));
    put_text("empty", "");
    check_unreadable(folder, "./empty", CKPT_ERROR_SYNTAX,
                     "failed to unmarshal %s: unexpected end of JSON input", path_of("empty"));
    put_text("bad", "{\"a\":}");
    check_unreadable(folder, "x/..//bad", CKPT_ERROR_SYNTAX,
                     "failed to unmarshal %s: invalid character '}' looking for beginning of value",
                     path_of("bad"));
    CHECK(symlink("loop", path_of("loop")) == 0);
    check_unreadable(folder, "loop", CKPT_ERROR_FILE, "open %s: too many levels of symbolic links",
                     path_of("loop"));
    /* reading these would block, or never end */
    CHECK(mkfifo(path_of("fifo"), 0600) == 0);
    check_unreadable(folder, "fifo", CKPT_ERROR_FILE, "%s is not a regular file", path_of("fifo"));
    check_unreadable("/dev", "null", CKPT_ERROR_FILE, "%s is not a regular file", "/dev/null");
    /* a regular file that cannot be read, and one that does not know its size */
    if (access("/proc/self/mem", R_OK) == 0)
        check_unreadable("/proc/self", "mem", CKPT_ERROR_FILE, "read %s: input/output error",
                         "/proc/self/mem");
    if (access("/proc/self/smaps", R_OK) == 0) {
        ckpt_document *document = ckpt_document_new();
        ckpt_error error;
        ckpt_string path;
        CHECK(!ckpt_read_json_file(document, CKPT_KIND_ANY, "/proc/self", "smaps", &path, &error));
        CHECK(error.kind == CKPT_ERROR_SYNTAX && error.where.line == 1);
        ckpt_document_free(document);
    }

    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    ckpt_string path, text;
    CHECK(ckpt_read_json_file(document, CKPT_KIND_ANY, folder, "plain", &path, &error));
    CHECK(error.kind == CKPT_OK && same(path, path_of("plain")));
    CHECK(ckpt_encode(document, CKPT_KIND_ANY, ckpt_document_value(document), &text, &error));
    CHECK(same(text, "{\n  \"a\": 1\n}"));
    ckpt_location where;
    CHECK(ckpt_locate(document, "/a", 2, &where) && where.offset == 5);
    /* nothing of it is left after a file that is not there */
    CHECK(!ckpt_read_json_file(document, CKPT_KIND_ANY, folder, "missing", &path, &error));
    CHECK(ckpt_document_value(document) == NULL && !ckpt_locate(document, "/a", 2, &where));
    /* a text in memory after a file, and the other way round */
    CHECK(decode_text(document, CKPT_KIND_ANY, "[7]", &error));
    CHECK(ckpt_locate(document, "/0", 2, &where) && where.offset == 1);
    CHECK(ckpt_read_json_file(document, CKPT_KIND_ANY, folder, "plain", &path, &error));
    CHECK(ckpt_locate(document, "/a", 2, &where) && where.offset == 5);
    ckpt_document_free(document);
}

/* One byte more than what is read. The file is sparse. */
static void check_too_large(void)
{
    int fd = open(path_of("large"), O_WRONLY | O_CREAT, 0600);
    CHECK(fd >= 0 && ftruncate(fd, (off_t)CKPT_MAX_INPUT + 1) == 0);
    close(fd);
    check_unreadable(folder, "large", CKPT_ERROR_LIMIT,
                     "failed to unmarshal %s: the input is larger than 256 MiB", path_of("large"));
    CHECK(unlink(path_of("large")) == 0);
}

/* ---- writing ----------------------------------------------------------------------------------
 */

static unsigned mode_of(const char *name)
{
    struct stat info;
    return CHECK_THAT(stat(path_of(name), &info) == 0, "%s", name) ? info.st_mode & 07777u : 0;
}

static void check_content(const char *name, const char *want)
{
    size_t length;
    char *content = tap_read_file(path_of(name), &length);
    CHECK_THAT(content != NULL && length == strlen(want) && memcmp(content, want, length) == 0,
               "%s: %s", name, content);
    free(content);
}

static void check_unwritable(const char *directory, const char *file, const char *message)
{
    ckpt_document *document = ckpt_document_new();
    ckpt_slice value = {NULL, 0, 0, 0};
    ckpt_error error;
    ckpt_string path = {"x", 1};
    CHECK(!ckpt_write_json_file(document, CKPT_KIND_DELETED_FILES, &value, directory, file, &path,
                                &error));
    CHECK_THAT(error.kind == CKPT_ERROR_FILE && same(error.message, message) && path.length == 0,
               "%.*s, not %s", SHOW(error.message), message);
    ckpt_document_free(document);
}

static void check_writing(void)
{
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    ckpt_string path, names[2] = {{"/a", 2}, {"<", 1}};
    ckpt_slice value = {names, 2, 2, 2};
    mode_t mask = umask(0);
    /* a new file, whatever the umask would allow */
    CHECK(ckpt_write_json_file(document, CKPT_KIND_DELETED_FILES, &value, folder, "x/../new", &path,
                               &error));
    CHECK(same(path, path_of("new")) && error.kind == CKPT_OK);
    check_content("new", "[\n  \"/a\",\n  \"\\u003c\"\n]");
    CHECK_THAT(mode_of("new") == 0600, "mode %o", mode_of("new"));
    /* an existing one keeps its mode, and nothing of its content */
    put_text("old", "a much longer text than the one that will be written over it");
    CHECK(chmod(path_of("old"), 0644) == 0);
    value.count = 1;
    CHECK(ckpt_write_json_file(document, CKPT_KIND_DELETED_FILES, &value, folder, "old", &path,
                               &error));
    check_content("old", "[\n  \"/a\"\n]");
    CHECK_THAT(mode_of("old") == 0644, "mode %o", mode_of("old"));
    umask(mask);

    char message[2048];
    snprintf(message, sizeof(message), "open %s: no such file or directory", path_of("no/file"));
    check_unwritable(folder, "no/file", message);
    snprintf(message, sizeof(message), "open %s: is a directory", folder);
    check_unwritable(folder, ".", message);
    check_unwritable("", "", "open : no such file or directory");
    if (access("/dev/full", W_OK) == 0)
        check_unwritable("/dev", "full", "write /dev/full: no space left on device");

    /* what cannot be written as JSON does not touch the file */
    ckpt_container_config config;
    memset(&config, 0, sizeof(config));
    config.created_time.offset = 86400;
    CHECK(!ckpt_write_json_file(document, CKPT_KIND_CONFIG_DUMP, &config, folder, "old", &path,
                                &error));
    CHECK(error.kind == CKPT_ERROR_TIME &&
          same(error.message, "error marshalling JSON: json: error calling MarshalJSON for type "
                              "time.Time: Time.MarshalJSON: timezone hour outside of range "
                              "[0,23]") &&
          path.length == 0);
    check_content("old", "[\n  \"/a\"\n]");
    ckpt_document_free(document);
}

/* ---- the functions of the Go package ----------------------------------------------------------
 */

/* Reads a file, writes it somewhere else, reads that: the same bytes again. */
static void check_round_trip(ckpt_kind kind, const char *directory, const char *file)
{
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    ckpt_string path;
    CHECK_THAT(ckpt_read_json_file(document, kind, directory, file, &path, &error), "%.*s",
               SHOW(error.message));
    CHECK(ckpt_write_json_file(document, kind, ckpt_document_value(document), folder, file, &path,
                               &error));
    size_t length;
    char *first = tap_read_file(path_of(file), &length);
    CHECK(ckpt_read_json_file(document, kind, folder, file, &path, &error));
    CHECK(same(path, path_of(file)));
    CHECK(ckpt_write_json_file(document, kind, ckpt_document_value(document), folder, file, &path,
                               &error));
    check_content(file, first);
    free(first);
    ckpt_document_free(document);
}

static void check_readers(void)
{
    static const char example[] = "test/data/example";
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    ckpt_string path;

    const ckpt_container_config *config;
    CHECK(ckpt_read_container_checkpoint_config_dump(document, example, &config, &path, &error));
    CHECK(same(path, "test/data/example/config.dump") && config->id.length == 64);
    const ckpt_spec *spec;
    CHECK(ckpt_read_container_checkpoint_spec_dump(document, "test//data/./example/", &spec, &path,
                                                   &error));
    CHECK(same(path, "test/data/example/spec.dump") && spec->process != NULL &&
          spec->process->args.count > 0);
    const ckpt_slice *deleted;
    CHECK(ckpt_read_container_checkpoint_deleted_files(document, example, &deleted, &path, &error));
    CHECK(same(path, "test/data/example/deleted.files") && deleted->count > 0);
    const ckpt_map *networks;
    CHECK(
        ckpt_read_container_checkpoint_network_status(document, example, &networks, &path, &error));
    CHECK(same(path, "test/data/example/network.status"));

    put_text("status", "{\"pid\":7,\"ExitCode\":-1}");
    const ckpt_containerd_status *status;
    CHECK(ckpt_read_container_checkpoint_status_file(document, folder, &status, &path, &error));
    CHECK(same(path, path_of("status")) && status->pid == 7 && status->exit_code == -1);
    put_text("pod.options", "{\"version\":2,\"containers\":{\"b\":\"y\",\"a\":\"x\"}}");
    const ckpt_checkpointed_pod_options *options;
    CHECK(ckpt_read_checkpoint_pod_options(document, folder, &options, &path, &error));
    CHECK(same(path, path_of("pod.options")) && options->version == 2 &&
          options->containers.count == 2 && same(options->containers.keys[0], "a"));

    /* after a type error the value is there, as far as it goes, and the path is empty */
    put_text("status", "{\"Pid\":-7,\"Reason\":\"r\"}");
    CHECK(!ckpt_read_container_checkpoint_status_file(document, folder, &status, &path, &error));
    CHECK(error.kind == CKPT_ERROR_TYPE && path.length == 0 && status != NULL &&
          same(status->reason, "r"));
    char message[2048];
    snprintf(message, sizeof(message),
             "failed to unmarshal %s: json: cannot unmarshal number -7 into Go struct field "
             "ContainerdStatus.Pid of type uint32",
             path_of("status"));
    CHECK_THAT(same(error.message, message), "%.*s", SHOW(error.message));
    CHECK(error.detail.length > error.message.length &&
          memcmp(error.detail.data, message, strlen(message)) == 0);
    CHECK(same(error.pointer, "/Pid") && error.where.column == 8);

    CHECK(!ckpt_read_container_checkpoint_config_dump(document, folder, &config, &path, &error));
    CHECK(error.kind == CKPT_ERROR_FILE && config == NULL);
    ckpt_document_free(document);

    check_round_trip(CKPT_KIND_CONFIG_DUMP, example, "config.dump");
    check_round_trip(CKPT_KIND_SPEC_DUMP, example, "spec.dump");
    check_round_trip(CKPT_KIND_DELETED_FILES, example, "deleted.files");
    check_round_trip(CKPT_KIND_NETWORK_STATUS, example, "network.status");
}

void test_files(void)
{
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof(folder), "%s/ckpt-test-XXXXXX", parent == NULL ? "/tmp" : parent);
    if (!CHECK_THAT(mkdtemp(folder) != NULL, "cannot make %s", folder))
        return;
    check_paths();
    check_reading();
    check_too_large();
    check_writing();
    check_readers();
    static const char *const names[] = {
        "plain",     "empty",         "bad",           "loop",        "fifo",
        "new",       "old",           "status",        "pod.options", "config.dump",
        "spec.dump", "deleted.files", "network.status"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        CHECK_THAT(unlink(path_of(names[i])) == 0, "%s", names[i]);
    CHECK(rmdir(folder) == 0);
}
