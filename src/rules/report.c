/* SPDX-License-Identifier: Apache-2.0 */
/* Findings: their places, how many are listed, and the report that they make. */
#include <string.h>

#include "rules/rules.h"
#include "text/lines.h"
#include "text/utf8.h"

/* ---- findings -------------------------------------------------------------------------------- */

static unsigned target_of(enum ckpt_engine engine)
{
    return engine == CKPT_ENGINE_UNKNOWN ? 0 : 1u << (engine - 1);
}

/* What the checks said of the next finding. */
struct said {
    uint8_t lowered, blocks, trust;
};

static struct said take_said(struct ckpt_rules *r, enum ckpt_rule_index rule)
{
    const struct ckpt_rule *info = &ckpt_rules_table[rule];
    struct said said = {.lowered = r->lower};
    said.blocks = r->block >= 0 ? (uint8_t)r->block : said.lowered != CKPT_OFF ? 0 : info->blocks;
    /* A fault that the engine does not write, and does not stop at: it was put there. */
    unsigned own = r->engine == CKPT_ENGINE_UNKNOWN ? ALL : target_of(r->engine);
    if (r->suspect < 0 && said.lowered == CKPT_OFF && info->severity == CKPT_ERROR &&
        info->blocks != NONE && (said.blocks & own) == 0 && ckpt_rule_trust(rule) == CKPT_CLEAN)
        r->suspect = CKPT_SUSPICIOUS;
    said.trust = r->suspect >= 0             ? (uint8_t)r->suspect
                 : said.lowered == CKPT_INFO ? (uint8_t)CKPT_CLEAN
                                             : (uint8_t)ckpt_rule_trust(rule);
    r->lower = CKPT_OFF;
    r->block = r->suspect = -1;
    return said;
}

/* Whether a verdict will point to this finding, listed or not. */
static bool decides(const struct ckpt_rule_state *state, struct said said)
{
    if (state->first == NULL || said.trust > state->trust)
        return true;
    for (unsigned i = 0; i < CKPT_TARGET_COUNT; i++)
        if ((said.blocks >> i & 1) != 0 && state->blocking[i] == NULL)
            return true;
    return false;
}

static void remember(struct ckpt_rule_state *state, struct ckpt_finding *finding, struct said said)
{
    if (state->first == NULL)
        state->first = finding;
    for (unsigned i = 0; i < CKPT_TARGET_COUNT; i++)
        if ((said.blocks >> i & 1) != 0 && state->blocking[i] == NULL)
            state->blocking[i] = finding;
    if (said.trust > state->trust) {
        state->trust = said.trust;
        state->distrusted = finding;
    }
}

/* A new finding with its text, if it is to be kept. */
static struct ckpt_finding *add_finding(struct ckpt_rules *r, enum ckpt_rule_index rule,
                                        const char *format, struct ckpt_arguments *arguments)
{
    struct ckpt_rule_state *state = &r->state[rule];
    struct said said = take_said(r, rule);
    if (state->count < UINT32_MAX) {
        state->count++;
        state->lowered[said.lowered] += said.lowered != CKPT_OFF;
    }
    bool listed = !state->hidden && state->count <= r->per_rule && r->listed < r->total;
    if (!listed && !decides(state, said))
        return NULL;
    struct ckpt_finding *finding = ckpt_arena_alloc(&r->arena, sizeof(*finding));
    if (finding == NULL) {
        r->failed = true;
        return NULL;
    }
    ckpt_buffer_clear(&r->text);
    ckpt_add_format(r, format, arguments);
    finding->message = ckpt_keep_text(r);
    finding->rule = (uint8_t)rule;
    finding->hidden = !listed;
    finding->lowered = said.lowered;
    finding->blocks = said.blocks;
    finding->archive_offset = UINT64_MAX;
    finding->entry = -1;
    r->listed += listed;
    remember(state, finding, said);
    *r->last = finding;
    r->last = &finding->next;
    return finding;
}

/* Line and column of an offset. Findings come mostly in the order of the file: what was counted for
   the one before is not counted again. */
static void locate(struct ckpt_file *file, size_t offset, ckpt_location *where)
{
    size_t from = file->near.line != 0 && file->near.offset <= offset ? file->near.offset : 0;
    ckpt_position(file->text + from, file->length - from, offset - from, where);
    if (from != 0) {
        if (where->line == 1)
            where->column += file->near.column - 1;
        where->line += file->near.line - 1;
        where->offset = offset;
    }
    file->near = *where;
}

/* Longer names and pointers are cut: many findings could have the same. */
static ckpt_string keep_name(struct ckpt_rules *r, ckpt_string text)
{
    enum { LONGEST = 4096 };
    if (text.length <= LONGEST)
        return ckpt_keep(r, text);
    size_t end = LONGEST;
    while (end > 0 && (text.data[end] & 0xc0) == 0x80)
        end--;
    ckpt_buffer_clear(&r->text);
    ckpt_buffer_add(&r->text, text.data, end);
    ckpt_buffer_add_text(&r->text, "…");
    return ckpt_keep_text(r);
}

/* Line and column after `length` bytes, given those in front. */
static void set_end(struct ckpt_finding *finding, const char *text)
{
    const unsigned char *from = (const unsigned char *)text + finding->where.offset;
    size_t start, lines = ckpt_count_lines(from, finding->where.length, &start);
    size_t last = ckpt_utf8_count(from + start, finding->where.length - start);
    finding->end_line = finding->where.line + lines;
    finding->end_column = (lines == 0 ? finding->where.column : 1) + last;
}

static void place(struct ckpt_rules *r, struct ckpt_finding *finding, ckpt_value at)
{
    struct ckpt_file *file = ckpt_value_file(at);
    if (file == NULL)
        return;
    finding->member = file->name;
    finding->rank = file->rank;
    if (!ckpt_exists(at))
        return;
    const struct ckpt_node *node = &file->document->index.nodes[ckpt_value_node(at)];
    locate(file, node->offset, &finding->where);
    finding->where.length = node->length;
    finding->placed = true;
    finding->pointer = keep_name(r, ckpt_node_pointer(file->document, ckpt_value_node(at)));
    set_end(finding, file->text);
}

void ckpt_place_bytes(struct ckpt_finding *finding, struct ckpt_file *file, size_t from,
                      size_t length)
{
    if (finding == NULL || from > file->length || length > file->length - from)
        return;
    locate(file, from, &finding->where);
    finding->where.length = length;
    finding->placed = true;
    set_end(finding, file->text);
}

struct ckpt_finding *ckpt_find(struct ckpt_rules *r, enum ckpt_rule_index rule, ckpt_value at,
                               const char *format, ...)
{
    struct ckpt_arguments arguments;
    va_start(arguments.list, format);
    struct ckpt_finding *finding = add_finding(r, rule, format, &arguments);
    va_end(arguments.list);
    if (finding != NULL)
        place(r, finding, at);
    return finding;
}

struct ckpt_finding *ckpt_find_in(struct ckpt_rules *r, enum ckpt_rule_index rule, ckpt_value at,
                                  size_t from, size_t length, const char *format, ...)
{
    struct ckpt_arguments arguments;
    va_start(arguments.list, format);
    struct ckpt_finding *finding = add_finding(r, rule, format, &arguments);
    va_end(arguments.list);
    if (finding == NULL)
        return NULL;
    place(r, finding, at);
    if (finding->placed && from + length <= finding->where.length) {
        size_t offset = finding->where.offset + from;
        locate(ckpt_value_file(at), offset, &finding->where);
        finding->where.length = length;
        set_end(finding, ckpt_value_file(at)->text);
    }
    return finding;
}

struct ckpt_finding *ckpt_find_file(struct ckpt_rules *r, enum ckpt_rule_index rule,
                                    const char *member, const char *format, ...)
{
    struct ckpt_arguments arguments;
    va_start(arguments.list, format);
    struct ckpt_finding *finding = add_finding(r, rule, format, &arguments);
    va_end(arguments.list);
    if (finding == NULL)
        return NULL;
    finding->member = keep_name(r, ckpt_string_of(member));
    const struct ckpt_file *file = ckpt_file_of(r, member);
    const struct ckpt_seen *seen = ckpt_seen_of(r, member);
    if (file != NULL)
        finding->rank = file->rank;
    if (seen != NULL)
        finding->archive_offset = seen->header_offset;
    return finding;
}

static struct ckpt_finding *unlisted(struct ckpt_rules *r, enum ckpt_rule_index rule)
{
    struct ckpt_finding *finding = ckpt_arena_alloc(&r->arena, sizeof(*finding));
    if (finding == NULL) {
        r->failed = true;
        return NULL;
    }
    finding->rule = (uint8_t)rule;
    finding->hidden = true;
    finding->archive_offset = UINT64_MAX;
    finding->entry = -1;
    return finding;
}

struct ckpt_finding *ckpt_place_at(struct ckpt_rules *r, enum ckpt_rule_index rule, ckpt_value at)
{
    struct ckpt_finding *finding = unlisted(r, rule);
    if (finding != NULL)
        place(r, finding, at);
    return finding;
}

struct ckpt_finding *ckpt_place_in(struct ckpt_rules *r, enum ckpt_rule_index rule,
                                   ckpt_string member)
{
    struct ckpt_finding *finding = unlisted(r, rule);
    if (finding != NULL)
        finding->member = keep_name(r, member);
    return finding;
}

struct ckpt_finding *ckpt_find_member(struct ckpt_rules *r, enum ckpt_rule_index rule,
                                      const struct ckpt_member_view *member, const char *format,
                                      ...)
{
    struct ckpt_arguments arguments;
    va_start(arguments.list, format);
    struct ckpt_finding *finding = add_finding(r, rule, format, &arguments);
    va_end(arguments.list);
    if (finding == NULL)
        return NULL;
    ckpt_string name = keep_name(r, member->name.length != 0 ? member->name : member->raw);
    if (member->scope.length != 0) {
        ckpt_buffer_clear(&r->text);
        ckpt_buffer_add(&r->text, member->scope.data, member->scope.length);
        ckpt_buffer_add_text(&r->text, "!");
        ckpt_buffer_add(&r->text, name.data, name.length);
        name = ckpt_keep_text(r);
    }
    finding->member = name;
    finding->archive_offset = member->record->header_offset;
    return finding;
}

struct ckpt_finding *ckpt_find_error(struct ckpt_rules *r, enum ckpt_rule_index rule,
                                     struct ckpt_file *file)
{
    const ckpt_error *e = &file->error;
    ckpt_string found = e->found;
    if (!r->reveal && ckpt_is_variable(e->pointer) && ckpt_starts(found, "the "))
        found = ckpt_string_of("a value"); /* of the environment: not shown */
    else if (found.length != 0)
        found = ckpt_text_of(r, "%t", found);
    bool repeats = false;
    for (size_t i = 0; found.length != 0 && i + found.length <= e->message.length && !repeats; i++)
        repeats = memcmp(e->message.data + i, found.data, found.length) == 0;
    struct ckpt_finding *finding =
        e->expected.length == 0
            ? ckpt_find(r, rule, ckpt_nothing(file), "%t", e->message)
            : ckpt_find(r, rule, ckpt_nothing(file), "%t (%s%t%s%s%t%sexpected %t)", e->message,
                        e->pointer.length == 0 ? "" : "at ", e->pointer,
                        e->pointer.length == 0 ? "" : ": ", repeats ? "" : "found ",
                        repeats ? (ckpt_string){"", 0} : found, repeats ? "" : "; ", e->expected);
    if (finding == NULL)
        return NULL;
    finding->pointer = keep_name(r, e->pointer);
    finding->found = found;
    finding->expected = e->expected;
    if (e->where.line != 0) {
        finding->where = e->where;
        finding->placed = true;
        set_end(finding, file->text);
    }
    return finding;
}

void ckpt_relate(struct ckpt_rules *r, struct ckpt_finding *finding, ckpt_value at,
                 const char *message)
{
    if (finding == NULL || ckpt_value_file(at) == NULL)
        return;
    struct ckpt_related *related = ckpt_arena_alloc(&r->arena, sizeof(*related));
    if (related == NULL) {
        r->failed = true;
        return;
    }
    struct ckpt_finding other = {.rule = finding->rule};
    place(r, &other, at);
    related->message = ckpt_string_of(message);
    related->member = other.member;
    related->pointer = other.pointer;
    related->where = other.where;
    related->placed = other.placed;
    struct ckpt_related **last = &finding->related;
    while (*last != NULL)
        last = &(*last)->next;
    *last = related;
}

/* ---- what counts ----------------------------------------------------------------------------- */

/* The target that an engine is, as a bit. */
bool ckpt_concerns(const struct ckpt_rules *r, unsigned targets)
{
    if ((target_of(r->engine) & targets) != 0)
        return true;
    for (unsigned i = 0; i < CKPT_TARGET_COUNT; i++)
        if (r->targets[i].asked && (targets >> i & 1) != 0)
            return true;
    return false;
}

/* How a rule counts for this checkpoint: override, engine, targets. */
static enum ckpt_severity rule_severity(const struct ckpt_rules *r, enum ckpt_rule_index rule)
{
    const struct ckpt_rule *info = &ckpt_rules_table[rule];
    if (r->state[rule].has_severity)
        return (enum ckpt_severity)r->state[rule].severity;
    if (ckpt_concerns(r, info->error_for))
        return CKPT_ERROR;
    return (enum ckpt_severity)info->severity;
}

static enum ckpt_severity severity_of(const struct ckpt_rules *r, const struct ckpt_finding *f)
{
    enum ckpt_rule_index rule = (enum ckpt_rule_index)f->rule;
    bool lowered = f->lowered != CKPT_OFF && !r->state[rule].has_severity;
    return lowered ? (enum ckpt_severity)f->lowered : rule_severity(r, rule);
}

void ckpt_lower(struct ckpt_rules *r, enum ckpt_severity severity)
{
    r->lower = (uint8_t)severity;
}

void ckpt_block(struct ckpt_rules *r, unsigned targets)
{
    r->block = (int16_t)targets;
}

void ckpt_distrust(struct ckpt_rules *r, enum ckpt_trust trust)
{
    r->suspect = (int16_t)trust;
}

void ckpt_place_entry(struct ckpt_rules *r, struct ckpt_finding *finding, int64_t entry,
                      const char *field)
{
    if (finding == NULL)
        return;
    finding->entry = entry;
    if (field != NULL)
        finding->field = ckpt_keep(r, ckpt_string_of(field));
}

/* ---- the report ------------------------------------------------------------------------------ */

static bool comes_before(const struct ckpt_finding *a, const struct ckpt_finding *b)
{
    if (a->rank != b->rank)
        return a->rank < b->rank;
    /* Of the archive: what is about all of it comes first. */
    uint64_t x = a->rank != 0 ? a->where.offset : a->archive_offset + 1;
    uint64_t y = b->rank != 0 ? b->where.offset : b->archive_offset + 1;
    if (x != y)
        return x < y;
    return a->rule < b->rule;
}

/* Sorts a list; what is equal keeps its order. */
static struct ckpt_finding *sort(struct ckpt_finding *list, uint32_t count)
{
    if (count < 2)
        return list;
    uint32_t half = count / 2;
    struct ckpt_finding *middle = list, *sorted = NULL, **last = &sorted;
    for (uint32_t i = 1; i < half; i++)
        middle = middle->next;
    struct ckpt_finding *right = middle->next;
    middle->next = NULL;
    struct ckpt_finding *left = sort(list, half);
    right = sort(right, count - half);
    while (left != NULL && right != NULL) {
        struct ckpt_finding **from = comes_before(right, left) ? &right : &left;
        *last = *from;
        last = &(*from)->next;
        *from = *last;
    }
    *last = left != NULL ? left : right;
    return sorted;
}

static void print_text(struct ckpt_buffer *out, const char *key, ckpt_string value)
{
    ckpt_print_key(out, key);
    ckpt_print_string(out, value.data, value.length);
}

static void print_count(struct ckpt_buffer *out, const char *key, uint64_t number)
{
    ckpt_print_key(out, key);
    ckpt_print_number(out, number);
}

static void print_place(struct ckpt_buffer *out, const ckpt_location *where, bool placed)
{
    static const char *const keys[] = {"offset", "length", "line", "column"};
    const size_t values[] = {where->offset, where->length, where->line, where->column};
    for (int i = 0; i < 4; i++) {
        ckpt_print_key(out, keys[i]);
        if (placed)
            ckpt_print_number(out, values[i]);
        else
            ckpt_buffer_add_text(out, "null");
    }
}

static void print_id(struct ckpt_buffer *out, enum ckpt_rule_index rule)
{
    char id[CKPT_RULE_ID_MAX];
    ckpt_rule_id(rule, id);
    print_text(out, "id", (ckpt_string){id, CKPT_RULE_ID_MAX - 1});
}

/* The targets that a finding stops. */
static void print_stops(struct ckpt_rules *r, struct ckpt_buffer *out, const struct ckpt_finding *f)
{
    ckpt_print_key(out, "stops");
    ckpt_buffer_add_text(out, "[");
    for (unsigned i = 0; i < CKPT_TARGET_COUNT; i++) {
        bool stops = f->rule == CKPT_RULE_700   ? ckpt_is_of_another(r, i)
                     : f->rule == CKPT_RULE_701 ? ckpt_version_text(r, i).length != 0
                                                : (f->blocks >> i & 1) != 0;
        if (!stops)
            continue;
        ckpt_print_open(out, "\"");
        ckpt_buffer_add_text(out, ckpt_target_names[i].name);
        ckpt_buffer_add_text(out, "\"");
    }
    ckpt_buffer_add_text(out, "]");
}

static void print_finding(struct ckpt_rules *r, struct ckpt_buffer *out,
                          const struct ckpt_finding *f)
{
    const struct ckpt_rule *rule = &ckpt_rules_table[f->rule];
    ckpt_print_open(out, "{");
    print_id(out, (enum ckpt_rule_index)f->rule);
    print_text(out, "severity", ckpt_string_of(ckpt_severity_names[severity_of(r, f)]));
    print_text(out, "message", f->message);
    print_text(out, "hint", ckpt_string_of(f->hint != NULL ? f->hint : rule->fix));
    print_text(out, "member", f->member);
    print_text(out, "pointer", f->pointer);
    print_place(out, &f->where, f->placed);
    ckpt_print_optional(out, "endLine", f->placed, f->end_line);
    ckpt_print_optional(out, "endColumn", f->placed, f->end_column);
    ckpt_print_optional(out, "archiveOffset", f->archive_offset != UINT64_MAX, f->archive_offset);
    ckpt_print_optional(out, "entry", f->entry >= 0, (uint64_t)f->entry);
    print_text(out, "field", f->field);
    print_text(out, "found", f->found);
    print_text(out, "expected", f->expected);
    print_stops(r, out, f);
    ckpt_print_key(out, "related");
    ckpt_buffer_add_text(out, "[");
    for (const struct ckpt_related *o = f->related; o != NULL; o = o->next) {
        ckpt_print_open(out, "{");
        print_text(out, "member", o->member);
        print_text(out, "pointer", o->pointer);
        print_place(out, &o->where, o->placed);
        print_text(out, "message", o->message);
        ckpt_buffer_add_text(out, "}");
    }
    ckpt_buffer_add_text(out, "]}");
}

/* Brings the findings into order, and numbers those that are listed. */
static void number_findings(struct ckpt_rules *r)
{
    uint32_t count = 0, index = 0;
    for (struct ckpt_finding *f = r->findings; f != NULL; f = f->next)
        count++;
    r->findings = sort(r->findings, count);
    for (struct ckpt_finding *f = r->findings; f != NULL; f = f->next)
        if (!f->hidden)
            f->index = index++;
}

static void print_counts(struct ckpt_rules *r, struct ckpt_buffer *out)
{
    uint64_t counts[4] = {0};
    uint32_t listed[CKPT_RULE_COUNT] = {0};
    for (int i = 0; i < CKPT_RULE_COUNT; i++) {
        const struct ckpt_rule_state *state = &r->state[i];
        if (state->hidden)
            continue;
        uint32_t rest = state->count;
        for (int s = CKPT_INFO; s < CKPT_ERROR && !state->has_severity; s++) {
            counts[s] += state->lowered[s];
            rest -= state->lowered[s];
        }
        counts[rule_severity(r, (enum ckpt_rule_index)i)] += rest;
    }
    ckpt_print_key(out, "counts");
    ckpt_buffer_add_text(out, "{");
    for (int s = CKPT_ERROR; s > CKPT_OFF; s--)
        print_count(out, ckpt_severity_names[s], counts[s]);
    ckpt_buffer_add_text(out, "}");
    for (const struct ckpt_finding *f = r->findings; f != NULL; f = f->next)
        listed[f->rule] += !f->hidden;
    ckpt_print_key(out, "cut");
    ckpt_buffer_add_text(out, "[");
    for (int i = 0; i < CKPT_RULE_COUNT; i++) {
        enum ckpt_rule_index rule = (enum ckpt_rule_index)i;
        if (r->state[i].hidden || r->state[i].count == listed[i])
            continue;
        ckpt_print_open(out, "{");
        print_id(out, rule);
        print_count(out, "count", r->state[i].count - listed[i]);
        ckpt_buffer_add_text(out, "}");
    }
    ckpt_buffer_add_text(out, "]");
}

void ckpt_print_report(struct ckpt_rules *r, struct ckpt_buffer *out)
{
    number_findings(r);
    print_counts(r, out);
    ckpt_print_verdicts(r, out);
    ckpt_print_key(out, "findings");
    ckpt_buffer_add_text(out, "[");
    for (const struct ckpt_finding *f = r->findings; f != NULL; f = f->next)
        if (!f->hidden)
            print_finding(r, out, f);
    ckpt_buffer_add_text(out, "]");
}
