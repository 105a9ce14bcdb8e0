/* SPDX-License-Identifier: Apache-2.0 */
/* What the caller of a validation wants; see validate.h. */
#include "rules/host.h"
#include "text/number.h"

enum { PER_RULE = 100, TOTAL = 1000, MOST = 100000 };

bool ckpt_read_version(ckpt_string text, uint32_t number[3])
{
    size_t i = 0, parts = 0;
    number[0] = number[1] = number[2] = 0;
    if (text.length != 0 && text.data[0] == 'v')
        i++;
    for (; parts < 3; parts++) {
        size_t digits = ckpt_count_digits(text.data + i, text.length - i);
        uint64_t value;
        if (digits > 6 || !ckpt_parse_digits(text.data + i, digits, 10, &value))
            return false;
        number[parts] = (uint32_t)value;
        i += digits;
        if (i == text.length || text.data[i] != '.')
            break;
        i++;
    }
    return i == text.length || text.data[i] == '-' || text.data[i] == '+' || text.data[i] == '.';
}

static bool read_target(struct ckpt_rules *r, ckpt_string text, ckpt_string *problem)
{
    size_t at = ckpt_index_of(text, "@");
    ckpt_string name = ckpt_slice_of(text, 0, at == SIZE_MAX ? text.length : at);
    for (int i = 0; i < CKPT_TARGET_COUNT; i++) {
        struct ckpt_target *target = &r->targets[i];
        if (!ckpt_equals(name, ckpt_target_names[i].name))
            continue;
        target->asked = r->any_target = true;
        if (at == SIZE_MAX)
            return true;
        target->version = ckpt_slice_of(text, at + 1, text.length);
        if (ckpt_read_version(target->version, target->number))
            return true;
        *problem = ckpt_text_of(r, "the version %q of the target %t is not of the form 1.2.3",
                                target->version, name);
        return false;
    }
#define X(id, target, display) ", " target
    static const char targets[] = "" CKPT_TARGETS(X);
#undef X
    *problem = ckpt_text_of(r, "unknown target %q (one of %s)", name, targets + 2);
    return false;
}

/* The versions of engines that a host has are those of the targets, if nothing else was said. */
static bool host_versions(struct ckpt_rules *r)
{
    static const char *const tables[] = {"engines", "runtimes"};
    for (int t = 0; t < 2; t++) {
        ckpt_value table = ckpt_get_exact(ckpt_whole(r->host), tables[t]);
        for (int i = 0; i < CKPT_TARGET_COUNT; i++) {
            struct ckpt_target *target = &r->targets[i];
            ckpt_string version = ckpt_text(ckpt_get_exact(table, ckpt_target_names[i].name));
            if (version.length != 0 && target->version.length == 0 &&
                ckpt_read_version(version, target->number))
                target->version = version;
        }
    }
    return true;
}

/* Sets a state for all rules that the pattern means. */
static bool each_rule(struct ckpt_rules *r, ckpt_string pattern, ckpt_string *problem,
                      void (*set)(struct ckpt_rule_state *state, uint8_t severity),
                      uint8_t severity)
{
    bool any = false;
    for (int i = 0; i < CKPT_RULE_COUNT; i++) {
        if (!ckpt_rule_matches((enum ckpt_rule_index)i, pattern))
            continue;
        set(&r->state[i], severity);
        any = true;
    }
    if (!any)
        *problem = ckpt_text_of(r, "there is no rule %q", pattern);
    return any;
}

static void show(struct ckpt_rule_state *state, uint8_t severity)
{
    (void)severity;
    state->hidden = false;
}

static void hide(struct ckpt_rule_state *state, uint8_t severity)
{
    (void)severity;
    state->hidden = true;
}

static void override(struct ckpt_rule_state *state, uint8_t severity)
{
    if (severity == CKPT_OFF)
        state->hidden = true;
    state->severity = severity;
    state->has_severity = severity != CKPT_OFF;
}

static bool read_severities(struct ckpt_rules *r, ckpt_value list, ckpt_string *problem)
{
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v)) {
        int severity = CKPT_ERROR;
        while (severity >= 0 && !ckpt_is_text(v, ckpt_severity_names[severity]))
            severity--;
        if (severity < 0) {
            *problem =
                ckpt_text_of(r, "the severity of %t is %v; expected error, warning, info or off",
                             ckpt_key_text(v), v);
            return false;
        }
        if (!each_rule(r, ckpt_key_text(v), problem, override, (uint8_t)severity))
            return false;
    }
    return true;
}

static uint32_t read_limit(ckpt_value limits, const char *key, uint32_t preset)
{
    uint64_t number;
    if (!ckpt_uint64_of(ckpt_get_exact(limits, key), &number))
        return preset;
    return number > MOST ? MOST : (uint32_t)number;
}

bool ckpt_rules_options(struct ckpt_rules *r, ckpt_string text, ckpt_string *problem)
{
    struct ckpt_file *file = ckpt_parse_text(r, text.length == 0 ? ckpt_string_of("{}") : text);
    *problem = (ckpt_string){"", 0};
    if (file == NULL)
        return false;
    ckpt_value options = ckpt_whole(file);
    if (!ckpt_is(options, CKPT_OBJECT)) {
        *problem = ckpt_string_of("the options are no JSON object");
        return false;
    }
    ckpt_value list = ckpt_get_exact(options, "targets");
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v))
        if (!read_target(r, ckpt_text(v), problem))
            return false;
    ckpt_value host = ckpt_get_exact(options, "host");
    if (ckpt_exists(host) && (!ckpt_host_read(r, ckpt_text(host), problem) || !host_versions(r)))
        return false;
    list = ckpt_get_exact(options, "only");
    if (ckpt_count(list) != 0)
        for (int i = 0; i < CKPT_RULE_COUNT; i++)
            r->state[i].hidden = true;
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v))
        if (!each_rule(r, ckpt_text(v), problem, show, 0))
            return false;
    list = ckpt_get_exact(options, "ignore");
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v))
        if (!each_rule(r, ckpt_text(v), problem, hide, 0))
            return false;
    if (!read_severities(r, ckpt_get_exact(options, "severities"), problem))
        return false;
    ckpt_value limits = ckpt_get_exact(options, "limits");
    r->per_rule = read_limit(limits, "perRule", PER_RULE);
    r->total = read_limit(limits, "total", TOTAL);
    r->reveal = ckpt_is_true(ckpt_get_exact(options, "reveal"));
    ckpt_int64_of(ckpt_get_exact(options, "now"), &r->now);
    ckpt_value about = ckpt_get_exact(options, "file");
    uint64_t mode;
    r->file_name = ckpt_text(ckpt_get_exact(about, "name"));
    r->file_path = ckpt_text(ckpt_get_exact(about, "path"));
    r->file_mode = ckpt_uint64_of(ckpt_get_exact(about, "mode"), &mode) ? (uint32_t)(mode & 07777)
                                                                        : UINT32_MAX;
    return true;
}
