/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container-checkpoint: metadata of container checkpoints, read exactly as the Go package
 * `metadata` of checkpointctl reads it. This is the one public header.
 *
 * Ownership, in one sentence: a ckpt_document owns all that was decoded into it until
 * ckpt_document_free(), and points into the caller's input, which must live as long.
 *
 * Nothing here touches files, clocks, the network or global state, except the functions of the
 * last section, which exist in the native library only.
 */
#ifndef CKPT_H
#define CKPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) && !defined(__EMSCRIPTEN__)
#define CKPT_API __attribute__((visibility("default")))
#else
#define CKPT_API
#endif

struct cJSON;

/* ---- values --------------------------------------------------------------------------------- */

/*
 * A Go slice: `count` values at `items` (the member's comment names their type).
 * items is NULL for Go's nil; an empty, non-nil slice has items and count 0.
 */
typedef struct ckpt_slice {
    void *items;
    size_t count;
    size_t used;     /* internal: values ever written, >= count */
    size_t capacity; /* internal */
} ckpt_slice;

/* A Go map with string keys, sorted by the bytes of the keys: keys[i] maps to values[i].
   keys is NULL for Go's nil. */
typedef struct ckpt_map {
    ckpt_string *keys;
    void *values;
    size_t count;
    size_t capacity; /* internal */
} ckpt_map;

/* ---- the metadata formats, from src/model ------------------------------------------------------
 */

/* The file formats: what ckpt_decode() can read. */
typedef enum ckpt_kind {
#define CKPT_KIND(c_name, name, shape, type, go_name, file, reader, rule, doc) CKPT_KIND_##c_name,
#include "model/kinds.def"
#undef CKPT_KIND
    CKPT_KIND_COUNT
} ckpt_kind;

/* C types of the scalars that the tables name. */
typedef bool ckpt_bool_;
typedef int64_t ckpt_int_;
typedef int32_t ckpt_int32;
typedef int64_t ckpt_int64;
typedef uint64_t ckpt_uint;
typedef uint16_t ckpt_uint16;
typedef uint32_t ckpt_uint32;
typedef uint64_t ckpt_uint64;
typedef uint32_t ckpt_file_mode;
typedef struct cJSON *ckpt_any;

#define CKPT_STRING_TYPE(name, go_name, doc) typedef ckpt_string ckpt_##name;
#define CKPT_STRUCT(name, go_name, doc)                                                            \
    typedef struct ckpt_##name ckpt_##name;                                                        \
    struct ckpt_##name {
#define CKPT_VALUE(s, type, member, json, when, doc) ckpt_##type member;
#define CKPT_EMBEDDED(s, type, member, json, when, via, doc) ckpt_##type member;
#define CKPT_POINTER(s, type, member, json, when, doc) ckpt_##type *member;
#define CKPT_SLICE(s, type, member, json, when, doc) ckpt_slice member;
#define CKPT_MAP(s, type, member, json, when, doc) ckpt_map member;
#define CKPT_STRUCT_END(name)                                                                      \
    }                                                                                              \
    ;
#include "model/models.def"

/* ---- errors ------------------------------------------------------------------------------------
 */

typedef enum ckpt_error_kind {
    CKPT_OK,
    CKPT_ERROR_SYNTAX, /* the text is not JSON (Go: *json.SyntaxError) */
    CKPT_ERROR_TYPE,   /* a value has the wrong type (Go: *json.UnmarshalTypeError) */
    CKPT_ERROR_TIME,   /* a time cannot be read, or not be written */
    CKPT_ERROR_LIMIT,  /* a limit of this implementation: size or memory */
    CKPT_ERROR_FILE    /* the operating system's answer; native library only */
} ckpt_error_kind;

/* A place in a text. Lines end with LF; line and column count from 1, columns in code points
   (a byte that is not valid UTF-8 counts as one). */
typedef struct ckpt_location {
    size_t offset; /* of the first byte, from 0 */
    size_t length; /* in bytes */
    size_t line;
    size_t column;
} ckpt_location;

/*
 * What went wrong, and where. The ckpt_strings belong to the document that was decoded.
 * where.offset is that of the offending byte or token, the input's length at an unexpected end.
 */
typedef struct ckpt_error {
    ckpt_error_kind kind;
    const char *rule;    /* stable id of the rule that it breaks: "CKP100" */
    ckpt_string message; /* the Go package's text */
    ckpt_string detail;  /* the same, followed by where it is, what was found and expected */
    ckpt_location where;
    int64_t go_offset;    /* Offset of Go's error (bytes read); -1 where Go has none */
    ckpt_string pointer;  /* RFC 6901, with the keys as the text spells them */
    ckpt_string found;    /* what stands there, in words */
    ckpt_string expected; /* what should stand there, in words */
    /* Type errors: the fields of Go's UnmarshalTypeError. */
    ckpt_string go_value, go_type, go_struct, go_field;
} ckpt_error;

/* ---- decoding
 * ------------------------------------------------------------------------------------ */

/* Inputs above this size are refused with CKPT_ERROR_LIMIT (256 MiB). */
#define CKPT_MAX_INPUT ((size_t)1 << 28)

/* A decoded file: its value, where each part of it stood, and the memory of both. */
typedef struct ckpt_document ckpt_document;

/* A new, empty document, or NULL if there is no memory. The caller frees it. One document may
   decode many inputs, one after the other; each ckpt_decode() drops what was there. */
CKPT_API ckpt_document *ckpt_document_new(void);
CKPT_API void ckpt_document_free(ckpt_document *document);

/*
 * Decodes `input` as Go's json.Unmarshal does into the zero value of the kind's type
 * (ckpt_container_config, ckpt_spec, …; ckpt_slice of ckpt_string for deleted.files; ckpt_map of
 * ckpt_podman_network_result for network.status; struct cJSON * for any).
 * On false, *error says why; after a type or time error the value is filled as far as Go fills it.
 * `input` must stay unchanged while the document is used.
 */
CKPT_API bool ckpt_decode(ckpt_document *document, ckpt_kind kind, const void *input, size_t length,
                          ckpt_error *error);

/* The decoded value: a pointer to the kind's type. It lives until the next decode or free. */
CKPT_API const void *ckpt_document_value(const ckpt_document *document);

/*
 * Where the value stood that `pointer` (RFC 6901) names. Steps through structs fold case and follow
 * merged duplicates, as decoding does, so that it is the place of the value that won. False if
 * there is no such value in the text.
 */
CKPT_API bool ckpt_locate(ckpt_document *document, const char *pointer, size_t length,
                          ckpt_location *where);

/* Line and column of an offset of `text`; the rest of *where is set to offset and 0. */
CKPT_API void ckpt_position(const void *text, size_t length, size_t offset, ckpt_location *where);

/* Length and text of a string node or of a key of an any value; cJSON's own strings end at the
   first NUL, these do not. */
CKPT_API ckpt_string ckpt_any_string(const struct cJSON *node);
CKPT_API ckpt_string ckpt_any_key(const struct cJSON *node);

/* ---- encoding
 * ------------------------------------------------------------------------------------ */

/*
 * Writes the kind's `value` as Go's json.MarshalIndent(v, "", "  ") does. The text belongs to
 * `document` (any document, for example the one that holds the value) until its next encode,
 * decode or free. False and *error where Go gives an error. Maps must be sorted by key.
 */
CKPT_API bool ckpt_encode(ckpt_document *document, ckpt_kind kind, const void *value,
                          ckpt_string *text, ckpt_error *error);

/* Room that ckpt_byte_to_string() needs. */
#define CKPT_BYTES_MAX 24

/* Writes a size for people, in units of 1024: "1.2 KiB" (Go: ByteToString); terminates it and
   returns its length. */
CKPT_API size_t ckpt_byte_to_string(int64_t bytes, char *out);

/* ---- constants
 * ----------------------------------------------------------------------------------- */

/* The file format of that name ("config.dump"), or CKPT_KIND_COUNT. */
CKPT_API ckpt_kind ckpt_kind_by_name(const char *name, size_t length);
CKPT_API const char *ckpt_kind_name(ckpt_kind kind);

/* Value of the Go package's constant of that name ("ConfigDumpFile"), or NULL. */
CKPT_API const char *ckpt_constant_value(const char *go_name);

/* ---- files: native library only
 * ------------------------------------------------------------------- */

/*
 * Reads `directory`/`file` (joined and cleaned as by Go's filepath.Join) and decodes it into
 * `document`, which then owns the text (Go: ReadJSONFile). *path is the file's path on success,
 * empty on failure. Errors read "failed to unmarshal PATH: …" or "open PATH: no such file or
 * directory". Only regular files are read.
 */
CKPT_API bool ckpt_read_json_file(ckpt_document *document, ckpt_kind kind, const char *directory,
                                  const char *file, ckpt_string *path, ckpt_error *error);

/*
 * Writes `value` to `directory`/`file` as ckpt_encode() does, without a final newline; a new file
 * gets mode 0600 (Go: WriteJSONFile). `document` owns path and error texts.
 */
CKPT_API bool ckpt_write_json_file(ckpt_document *document, ckpt_kind kind, const void *value,
                                   const char *directory, const char *file, ckpt_string *path,
                                   ckpt_error *error);

/* The readers of the Go package, each for its file in a checkpoint directory. *value points into
   `document`, and is set after type and time errors too. */
CKPT_API bool ckpt_read_container_checkpoint_config_dump(ckpt_document *document,
                                                         const char *directory,
                                                         const ckpt_container_config **value,
                                                         ckpt_string *path, ckpt_error *error);
CKPT_API bool ckpt_read_container_checkpoint_spec_dump(ckpt_document *document,
                                                       const char *directory,
                                                       const ckpt_spec **value, ckpt_string *path,
                                                       ckpt_error *error);
CKPT_API bool ckpt_read_container_checkpoint_status_file(ckpt_document *document,
                                                         const char *directory,
                                                         const ckpt_containerd_status **value,
                                                         ckpt_string *path, ckpt_error *error);
/* The slice holds ckpt_string. */
CKPT_API bool ckpt_read_container_checkpoint_deleted_files(ckpt_document *document,
                                                           const char *directory,
                                                           const ckpt_slice **value,
                                                           ckpt_string *path, ckpt_error *error);
/* The map holds ckpt_podman_network_result. */
CKPT_API bool ckpt_read_container_checkpoint_network_status(ckpt_document *document,
                                                            const char *directory,
                                                            const ckpt_map **value,
                                                            ckpt_string *path, ckpt_error *error);
CKPT_API bool ckpt_read_checkpoint_pod_options(ckpt_document *document, const char *directory,
                                               const ckpt_checkpointed_pod_options **value,
                                               ckpt_string *path, ckpt_error *error);

#ifdef __cplusplus
}
#endif

#endif
