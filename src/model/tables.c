/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of src/model, made from the .def files. See type.h. */
#include "model/type.h"

#include "ckpt.h"

#ifdef CKPT_WITH_DOCS
#define DOC(text) , text
#define DOC_VALUES(list) , list
#else
#define DOC(text)
#define DOC_VALUES(list)
#endif

/* ---- known values of string types ------------------------------------------------------------ */

#ifdef CKPT_WITH_DOCS
/* Each list is opened by its type and closed by the next one; the first one is everybody else's. */
#define CKPT_STRING_TYPE(c_name, go, text)                                                         \
    NULL                                                                                           \
    }                                                                                              \
    ;                                                                                              \
    static const char *const values_##c_name[] = {
#define CKPT_STRING_VALUE(type, value) value,
static const char *const values_none[] = {
#include "model/models.def"
    NULL};
#endif

/* ---- scalars --------------------------------------------------------------------------------- */

#define SCALAR(c_name, go, kind_, c_type, text)                                                    \
    static const struct ckpt_type type_##c_name = {                                                \
        go, NULL, kind_, sizeof(c_type), 0, 0 DOC(text) DOC_VALUES(values_none) DOC(#c_name)};

SCALAR(string, "string", CKPT_T_STRING, ckpt_string, "text")
SCALAR(bool_, "bool", CKPT_T_BOOL, bool, "true or false")
SCALAR(int_, "int", CKPT_T_INT64, int64_t, "signed, 64 bits")
SCALAR(int32, "int32", CKPT_T_INT32, int32_t, "signed, 32 bits")
SCALAR(int64, "int64", CKPT_T_INT64, int64_t, "signed, 64 bits")
SCALAR(uint, "uint", CKPT_T_UINT64, uint64_t, "unsigned, 64 bits")
SCALAR(uint16, "uint16", CKPT_T_UINT16, uint16_t, "unsigned, 16 bits")
SCALAR(uint32, "uint32", CKPT_T_UINT32, uint32_t, "unsigned, 32 bits")
SCALAR(uint64, "uint64", CKPT_T_UINT64, uint64_t, "unsigned, 64 bits")
SCALAR(file_mode, "fs.FileMode", CKPT_T_UINT32, uint32_t, "file mode bits as a decimal number")
SCALAR(time, "time.Time", CKPT_T_TIME, ckpt_time, "RFC 3339 time")
SCALAR(any, "interface {}", CKPT_T_ANY, struct cJSON *, "any JSON value")

/* ---- string types ---------------------------------------------------------------------------- */

#define CKPT_STRING_TYPE(c_name, go, text)                                                         \
    static const struct ckpt_type type_##c_name = {go,                                             \
                                                   NULL,                                           \
                                                   CKPT_T_STRING,                                  \
                                                   sizeof(ckpt_string),                            \
                                                   0,                                              \
                                                   0 DOC(text) DOC_VALUES(values_##c_name)         \
                                                       DOC(#c_name)};
#include "model/models.def"

/* ---- position of each struct's fields in the list of all fields ------------------------------ */

enum field_index {
    field_index_start = -1,
#define CKPT_STRUCT(c_name, go, text) first_##c_name, before_##c_name = first_##c_name - 1,
#define CKPT_VALUE(s, t, member, name, when_, text) index_##s##_##member,
#define CKPT_EMBEDDED(s, t, member, name, when_, via, text) index_##s##_##member,
#define CKPT_POINTER(s, t, member, name, when_, text) index_##s##_##member,
#define CKPT_SLICE(s, t, member, name, when_, text) index_##s##_##member,
#define CKPT_MAP(s, t, member, name, when_, text) index_##s##_##member,
#include "model/models.def"
    field_count_all
};

/* ---- structs and their fields ---------------------------------------------------------------- */

#define CKPT_STRUCT(c_name, go, text) static const struct ckpt_type type_##c_name;
#include "model/models.def"

#define FIELD(s, t, member, name, when_, shape_, via, text)                                        \
    {name,                                                                                         \
     &type_##t,                                                                                    \
     via,                                                                                          \
     offsetof(struct ckpt_##s, member),                                                            \
     sizeof(name) - 1,                                                                             \
     shape_,                                                                                       \
     CKPT_##when_ DOC(text)},
#define CKPT_STRUCT(c_name, go, text) static const struct ckpt_field fields_##c_name[] = {
#define CKPT_VALUE(s, t, member, name, when_, text)                                                \
    FIELD(s, t, member, name, when_, CKPT_SHAPE_VALUE, NULL, text)
#define CKPT_EMBEDDED(s, t, member, name, when_, via, text)                                        \
    FIELD(s, t, member, name, when_, CKPT_SHAPE_VALUE, via, text)
#define CKPT_POINTER(s, t, member, name, when_, text)                                              \
    FIELD(s, t, member, name, when_, CKPT_SHAPE_POINTER, NULL, text)
#define CKPT_SLICE(s, t, member, name, when_, text)                                                \
    FIELD(s, t, member, name, when_, CKPT_SHAPE_SLICE, NULL, text)
#define CKPT_MAP(s, t, member, name, when_, text)                                                  \
    FIELD(s, t, member, name, when_, CKPT_SHAPE_MAP, NULL, text)
#define CKPT_STRUCT_END(c_name)                                                                    \
    }                                                                                              \
    ;
#include "model/models.def"
#undef FIELD

#define CKPT_STRUCT(c_name, go, text)                                                              \
    static const struct ckpt_type type_##c_name = {                                                \
        go,                                                                                        \
        fields_##c_name,                                                                           \
        CKPT_T_STRUCT,                                                                             \
        sizeof(struct ckpt_##c_name),                                                              \
        sizeof(fields_##c_name) / sizeof(fields_##c_name[0]),                                      \
        first_##c_name DOC(text) DOC_VALUES(values_none) DOC(#c_name)};
#include "model/models.def"

const struct ckpt_type *const ckpt_types[] = {
#define CKPT_STRUCT(c_name, go, text) &type_##c_name,
#include "model/models.def"
};
const size_t ckpt_type_count = sizeof(ckpt_types) / sizeof(ckpt_types[0]);

/* ---- file formats and constants -------------------------------------------------------------- */

const struct ckpt_kind_info ckpt_kinds[] = {
#define CKPT_KIND(c_name, name_, shape_, t, go, file, reader_, rule_, text)                        \
    {name_, file, reader_, rule_, go, &type_##t, CKPT_SHAPE_##shape_ DOC(text)},
#include "model/kinds.def"
#undef CKPT_KIND
};
const size_t ckpt_kind_count = sizeof(ckpt_kinds) / sizeof(ckpt_kinds[0]);

const struct ckpt_constant ckpt_constants[] = {
#define CKPT_CONSTANT(group_, c_name, go, value, text) {go, value DOC(#group_) DOC(text)},
#include "model/constants.def"
#undef CKPT_CONSTANT
};
const size_t ckpt_constant_count = sizeof(ckpt_constants) / sizeof(ckpt_constants[0]);
