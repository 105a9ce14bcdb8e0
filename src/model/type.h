/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a metadata file format is described: a table of types and fields.
 *
 * Every format is written down once, in the *.def files of this folder, as a list of macros:
 *
 *   CKPT_STRING_TYPE(name, go_name, doc)             a string with a Go name of its own
 *   CKPT_STRING_VALUE(type, value)                   a value that the specification gives for it
 *   CKPT_STRUCT(name, go_name, doc)                  opens a struct
 *   CKPT_VALUE(struct, type, member, json, when, doc)          a value
 *   CKPT_POINTER(struct, type, member, json, when, doc)        a value that may be absent (Go
 * pointer) CKPT_SLICE(struct, type, member, json, when, doc)          a Go slice of it
 *   CKPT_MAP(struct, type, member, json, when, doc)            a Go map from string to it
 *   CKPT_EMBEDDED(struct, type, member, json, when, via, doc)  a value of an embedded Go struct
 * `via` CKPT_STRUCT_END(name)                            closes it
 *
 * `type` is one of the scalars below or a struct or string type defined before; `member` is the C
 * member; `json` the JSON name; `when` is ALWAYS or OMITEMPTY (Go's tag of that name).
 * The files are included several times: for the C structs (ckpt.h), for the tables (tables.c) and,
 * with CKPT_WITH_DOCS, for everything that is generated: TypeScript types, JSON Schema, docs.
 */
#ifndef CKPT_MODEL_TYPE_H
#define CKPT_MODEL_TYPE_H

#include <stddef.h>
#include <stdint.h>

/* What kind of value a type holds. Sizes are Go's on every platform: int and uint have 64 bits. */
enum ckpt_type_kind {
    CKPT_T_STRING,
    CKPT_T_BOOL,
    CKPT_T_INT32,
    CKPT_T_INT64,
    CKPT_T_UINT16,
    CKPT_T_UINT32,
    CKPT_T_UINT64,
    CKPT_T_TIME,
    CKPT_T_ANY, /* Go interface{}: a cJSON tree */
    CKPT_T_STRUCT
};

/* How a field holds its type. */
enum ckpt_shape { CKPT_SHAPE_VALUE, CKPT_SHAPE_POINTER, CKPT_SHAPE_SLICE, CKPT_SHAPE_MAP };

enum ckpt_when { CKPT_ALWAYS, CKPT_OMITEMPTY };

struct ckpt_field;

struct ckpt_type {
    const char *go_name; /* as Go prints it in errors: "string", "specs.Process" */
    const struct ckpt_field *fields;
    uint16_t kind;        /* enum ckpt_type_kind */
    uint16_t size;        /* bytes of one value in C */
    uint16_t field_count; /* structs only */
    uint16_t first_field; /* structs only: index of fields[0] in the list of all fields */
#ifdef CKPT_WITH_DOCS
    const char *doc;
    const char *const *values; /* known values, NULL-terminated; only string types have any */
    const char *name;          /* C name, without the prefix */
#endif
};

struct ckpt_field {
    const char *json;
    const struct ckpt_type *type;
    const char *embedded; /* name of the embedded Go struct that holds it, or NULL */
    uint16_t offset;      /* in the C struct */
    uint8_t json_length;
    uint8_t shape; /* enum ckpt_shape */
    uint8_t when;  /* enum ckpt_when */
#ifdef CKPT_WITH_DOCS
    const char *doc;
#endif
};

/* A file format: what ckpt_decode() decodes into. */
struct ckpt_kind_info {
    const char *name;      /* "config.dump" */
    const char *file_name; /* the file it is read from, or NULL */
    const char *reader;    /* Go function that reads it, or NULL */
    const char *rule;      /* id under which it is reported that the file cannot be read */
    const char *go_name;   /* Go name of the target type in errors */
    const struct ckpt_type *type;
    uint8_t shape; /* enum ckpt_shape: VALUE, SLICE or MAP of type */
#ifdef CKPT_WITH_DOCS
    const char *doc;
#endif
};

/* A constant of the Go package. */
struct ckpt_constant {
    const char *name; /* Go name: "ConfigDumpFile" */
    const char *value;
#ifdef CKPT_WITH_DOCS
    const char *group; /* FILE, DIRECTORY, PREFIX or ANNOTATION */
    const char *doc;
#endif
};

/* The tables, in the order of the .def files; each list ends where its count says. */
extern const struct ckpt_type *const ckpt_types[];
extern const size_t ckpt_type_count;
extern const struct ckpt_kind_info ckpt_kinds[];
extern const size_t ckpt_kind_count;
extern const struct ckpt_constant ckpt_constants[];
extern const size_t ckpt_constant_count;

#endif
