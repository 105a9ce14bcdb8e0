/* SPDX-License-Identifier: Apache-2.0 */
/* What the tables of src/model promise to the code that walks them. */
#include <string.h>

#include "ckpt.h"
#include "helpers.h"
#include "tap.h"
#include "tests.h"
#include "json/document.h"

/* C size and alignment of a value of that type and shape. */
static size_t size_of(const struct ckpt_type *type, uint8_t shape)
{
    return shape == CKPT_SHAPE_POINTER ? sizeof(void *)
           : shape == CKPT_SHAPE_SLICE ? sizeof(ckpt_slice)
           : shape == CKPT_SHAPE_MAP   ? sizeof(ckpt_map)
                                       : type->size;
}

static size_t scalar_size(const struct ckpt_type *type)
{
    static const size_t sizes[] = {sizeof(ckpt_string), sizeof(bool),      sizeof(int32_t),
                                   sizeof(int64_t),     sizeof(uint16_t),  sizeof(uint32_t),
                                   sizeof(uint64_t),    sizeof(ckpt_time), sizeof(struct cJSON *)};
    return sizes[type->kind];
}

static void check_struct(const struct ckpt_type *type)
{
    size_t end = 0;
    CHECK_THAT(type->kind == CKPT_T_STRUCT && type->field_count > 0, "%s", type->go_name);
    CHECK_THAT(strchr(type->go_name, '.') != NULL, "%s: %s has no package", type->go_name,
               type->go_name);
    for (int f = 0; f < type->field_count; f++) {
        const struct ckpt_field *field = &type->fields[f];
        CHECK_THAT(field->json_length == strlen(field->json) && field->json_length > 0, "%s.%s",
                   type->go_name, field->json);
        /* printed without escaping: in the printer's keys and in the tables for JavaScript */
        for (const char *c = field->json; *c != '\0'; c++)
            CHECK_THAT((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                           (*c >= '0' && *c <= '9') || *c == '_',
                       "%s.%s", type->go_name, field->json);
        CHECK_THAT(field->offset >= end, "%s.%s overlaps the one before", type->go_name,
                   field->json);
        end = field->offset + size_of(field->type, field->shape);
        CHECK_THAT(end <= type->size, "%s.%s does not fit", type->go_name, field->json);
        CHECK_THAT(field->type->kind == CKPT_T_STRUCT ||
                       field->type->size == scalar_size(field->type),
                   "%s.%s: size", type->go_name, field->json);
        /* The field that a key means must not depend on the order of the table. */
        for (int other = 0; other < f; other++) {
            const char *name = type->fields[other].json;
            CHECK_THAT(!ckpt_fold_equal(name, strlen(name), field->json, field->json_length),
                       "%s: %s and %s", type->go_name, name, field->json);
        }
    }
}

/* Longest chain of fields from this type on. */
static int steps_below(const struct ckpt_type *type, int depth)
{
    int most = 0;
    if (type->kind != CKPT_T_STRUCT || !CHECK_THAT(depth < 100, "%s holds itself", type->go_name))
        return 0;
    for (int f = 0; f < type->field_count; f++) {
        int steps = 1 + steps_below(type->fields[f].type, depth + 1);
        most = steps > most ? steps : most;
    }
    return most;
}

static void check_kinds(void)
{
    static const char *const names[] = {"config.dump",
                                        "spec.dump",
                                        "status",
                                        "deleted.files",
                                        "network.status",
                                        "pod.options",
                                        "spec",
                                        "kubernetes-checkpoint-metadata",
                                        "any"};
    int deepest = 0;
    CHECK(ckpt_kind_count == CKPT_KIND_COUNT);
    CHECK(ckpt_kind_count == sizeof(names) / sizeof(names[0]));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ckpt_kind kind = ckpt_kind_by_name(names[i], strlen(names[i]));
        if (!CHECK_THAT(kind < CKPT_KIND_COUNT, "%s", names[i]))
            continue;
        CHECK_THAT(strcmp(ckpt_kind_name(kind), names[i]) == 0, "%s", names[i]);
        const struct ckpt_kind_info *info = &ckpt_kinds[kind];
        CHECK_THAT((info->file_name == NULL) == (info->reader == NULL), "%s", names[i]);
        CHECK_THAT(strncmp(info->rule, "CKP", 3) == 0 && strlen(info->rule) == 6, "%s", names[i]);
        CHECK_THAT(info->shape != CKPT_SHAPE_POINTER, "%s", names[i]);
        int steps = steps_below(info->type, 0);
        deepest = steps > deepest ? steps : deepest;
    }
    CHECK_THAT(deepest <= CKPT_MAX_STEPS, "%d steps", deepest);
    CHECK(ckpt_kind_by_name("config.dum", 10) == CKPT_KIND_COUNT);
    CHECK(ckpt_kind_by_name("config.dump2", 12) == CKPT_KIND_COUNT);
    CHECK(ckpt_kind_by_name("Status", 6) == CKPT_KIND_COUNT);
    CHECK(ckpt_kind_by_name("", 0) == CKPT_KIND_COUNT);
    CHECK(ckpt_kind_name(CKPT_KIND_COUNT) == NULL);
    CHECK(CKPT_KIND_CONFIG_DUMP == ckpt_kind_by_name("config.dump", 11));
}

static void check_constants(void)
{
    CHECK(strcmp(ckpt_constant_value("ConfigDumpFile"), "config.dump") == 0);
    CHECK(strcmp(ckpt_constant_value("PagesPrefix"), "pages-") == 0);
    CHECK(strcmp(ckpt_constant_value("CheckpointAnnotationDistributionVersion"),
                 "org.criu.checkpoint.distribution.version") == 0);
    CHECK(ckpt_constant_value("configDumpFile") == NULL && ckpt_constant_value("") == NULL);
    for (size_t i = 0; i < ckpt_constant_count; i++) {
        const char *name = ckpt_constants[i].name;
        CHECK_THAT(ckpt_constant_value(name) == ckpt_constants[i].value, "%s is there twice", name);
        CHECK_THAT(strpbrk(ckpt_constants[i].value, "\"\\") == NULL, "%s", name);
    }
}

void test_tables(void)
{
    CHECK(ckpt_type_count > 60);
    uint16_t next = 0;
    for (size_t i = 0; i < ckpt_type_count; i++) {
        const struct ckpt_type *type = ckpt_types[i];
        check_struct(type);
        CHECK_THAT(type->first_field == next, "%s: fields are counted from %d, not %d",
                   type->go_name, type->first_field, next);
        next = (uint16_t)(next + type->field_count);
        for (size_t k = 0; k < i; k++)
            CHECK_THAT(strcmp(type->go_name, ckpt_types[k]->go_name) != 0, "%s is there twice",
                       type->go_name);
    }
    check_kinds();
    check_constants();
}
