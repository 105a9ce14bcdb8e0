/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdicts. A target that something stands against fails. Where something was not looked at
 * that could stand against it, or the rest is not in the checkpoint, nobody can tell. Where
 * something has to be arranged, it restores if that is done. Only what is left restores. What is
 * listed of the findings changes none of this.
 */
#include "rules/host.h"

enum {
    REASONS = 8,     /* for one verdict */
    CONDITIONS = 200 /* in all */
};

/* ---- conditions ------------------------------------------------------------------------------ */

void ckpt_condition(struct ckpt_rules *r, enum ckpt_condition_kind kind, unsigned targets,
                    enum ckpt_rule_index rule, const struct ckpt_finding *finding,
                    const char *option, const char *format, ...)
{
    struct ckpt_condition need = {.need = r->need, .need_number = r->need_number};
    need.need_text = r->need_text;
    need.need_build = r->need_build;
    need.need_mode = r->need_mode;
    ckpt_needs(r, CKPT_NEED_NOTHING, (ckpt_string){"", 0}, 0);
    if (r->condition_count++ >= CONDITIONS)
        return;
    struct ckpt_condition *c = ckpt_arena_alloc(&r->arena, sizeof(*c));
    if (c == NULL) {
        r->failed = true;
        return;
    }
    struct ckpt_arguments arguments;
    ckpt_buffer_clear(&r->text);
    va_start(arguments.list, format);
    ckpt_add_format(r, format, &arguments);
    va_end(arguments.list);
    *c = need;
    c->host = (ckpt_string){"", 0};
    c->text = ckpt_keep_text(r);
    c->option = ckpt_string_of(option);
    c->finding = finding != NULL ? finding : r->state[rule].first;
    c->kind = (uint8_t)kind;
    c->targets = (uint8_t)targets;
    *r->last_condition = c;
    r->last_condition = &c->next;
}

void ckpt_not_checked(struct ckpt_rules *r, bool decides, ckpt_string what, const char *why)
{
    struct ckpt_unchecked *u = ckpt_arena_alloc(&r->arena, sizeof(*u));
    if (u == NULL) {
        r->failed = true;
        return;
    }
    *u = (struct ckpt_unchecked){r->unchecked, what, ckpt_string_of(why), decides};
    r->unchecked = u;
}

/* ---- printing -------------------------------------------------------------------------------- */

static void print_text(struct ckpt_buffer *out, const char *key, ckpt_string value)
{
    ckpt_print_key(out, key);
    ckpt_print_string(out, value.data, value.length);
}

static void print_index(struct ckpt_buffer *out, const struct ckpt_finding *finding)
{
    ckpt_print_key(out, "finding");
    if (finding == NULL || finding->hidden)
        ckpt_buffer_add_text(out, "-1");
    else
        ckpt_print_number(out, finding->index);
}

static void print_reason(struct ckpt_buffer *out, int rule, ckpt_string message,
                         const struct ckpt_finding *finding)
{
    char id[CKPT_RULE_ID_MAX] = "";
    if (rule >= 0)
        ckpt_rule_id((enum ckpt_rule_index)rule, id);
    ckpt_print_open(out, "{");
    print_text(out, "id", ckpt_string_of(id));
    print_text(out, "message", message);
    print_index(out, finding);
    ckpt_buffer_add_text(out, "}");
}

static void print_condition(struct ckpt_buffer *out, const struct ckpt_condition *c)
{
    static const struct ckpt_finding nowhere = {.entry = -1};
    const struct ckpt_finding *f = c->finding != NULL ? c->finding : &nowhere;
    ckpt_print_open(out, "{");
    print_text(out, "id", ckpt_string_of(ckpt_condition_names[c->kind]));
    print_text(out, "text", c->text);
    static const char *const met[] = {"", "yes", "no"};
    print_text(out, "option", c->option);
    print_text(out, "ask",
               c->need == CKPT_NEED_FILE || c->need == CKPT_NEED_PATH ? c->need_text
                                                                      : (ckpt_string){"", 0});
    print_text(out, "met", ckpt_string_of(met[c->met]));
    print_text(out, "host", c->host);
    ckpt_print_key(out, "evidence");
    ckpt_buffer_add_text(out, "{");
    print_text(out, "member", f->member);
    print_text(out, "pointer", f->pointer);
    ckpt_print_optional(out, "entry", f->entry >= 0, (uint64_t)f->entry);
    print_text(out, "field", f->field);
    print_index(out, c->finding);
    ckpt_buffer_add_text(out, "}}");
}

/* ---- what is known --------------------------------------------------------------------------- */

/* Why nobody can tell whether a target restores it, or NULL. */
static const char *unknown_why(struct ckpt_rules *r, unsigned i)
{
    ckpt_value facts = ckpt_whole(r->facts);
    if (ckpt_is_true(ckpt_get_exact(facts, "loose")))
        return "These are single metadata files, not the whole checkpoint.";
    if (ckpt_is_unread(r, "config.dump") || ckpt_is_unread(r, "spec.dump"))
        return "Its metadata is too large to check.";
    if (r->form == CKPT_FORM_CRIU_DIRECTORY && r->cedana)
        return "It is a dump by Cedana, which \"cedana restore\" restores.";
    if (r->form == CKPT_FORM_CRIU_DIRECTORY && r->crac)
        return "It is an image of CRaC, which java -XX:CRaCRestoreFrom restores.";
    if (i == CKPT_TARGET_DOCKER && r->docker_id.length != 0)
        return ckpt_text_of(r, "Docker needs the very container that it was made from, %t.",
                            r->docker_id)
            .data;
    if (r->form == CKPT_FORM_CRIU_DIRECTORY && i == CKPT_TARGET_DOCKER)
        return "Docker needs the very container that it was made from.";
    if (r->form == CKPT_FORM_CRIU_DIRECTORY && i == CKPT_TARGET_CONTAINERD)
        return "\"nerdctl start --checkpoint\" and ctr restore it into the container that it was "
               "made from.";
    if (r->form == CKPT_FORM_CRIU_DIRECTORY)
        return "It needs the bundle with the root file system, which is not in the checkpoint.";
    if (i == CKPT_TARGET_DOCKER)
        return "Docker needs the very container that it was made from.";
    if (r->engine == CKPT_ENGINE_UNKNOWN)
        return "Nothing in the checkpoint tells which engine made it.";
    if (r->form == CKPT_FORM_POD || r->form == CKPT_FORM_CONTAINERD_CTR)
        return "Restoring this format depends on engine versions that are not released.";
    return NULL;
}

static enum ckpt_trust trust_of(const struct ckpt_rules *r)
{
    enum ckpt_trust worst = CKPT_CLEAN;
    for (int i = 0; i < CKPT_RULE_COUNT; i++)
        if (r->state[i].trust > worst)
            worst = (enum ckpt_trust)r->state[i].trust;
    return worst;
}

/* ---- one target ------------------------------------------------------------------------------ */

static uint32_t print_blocks(struct ckpt_rules *r, struct ckpt_buffer *out, unsigned i)
{
    uint32_t count = 0;
    ckpt_string version = ckpt_version_text(r, i);
    if (ckpt_is_of_another(r, i) && ++count)
        print_reason(out, CKPT_RULE_700, ckpt_another_text(r, i), r->state[CKPT_RULE_700].first);
    if (version.length != 0 && ++count)
        print_reason(out, CKPT_RULE_701, version, r->state[CKPT_RULE_701].first);
    for (int rule = 0; rule < CKPT_RULE_COUNT; rule++) {
        const struct ckpt_finding *f = r->state[rule].blocking[i];
        if (f == NULL || rule == CKPT_RULE_700 || rule == CKPT_RULE_701)
            continue;
        if (count++ < REASONS)
            print_reason(out, rule, f->message, f);
    }
    for (const struct ckpt_condition *c = r->conditions; c != NULL; c = c->next)
        if ((c->targets >> i & 1) != 0 && c->met == CKPT_NOT_MET && count++ < REASONS)
            print_reason(out, c->finding != NULL ? (int)c->finding->rule : -1,
                         ckpt_text_of(r, "It needs: %t %t", c->text, c->host), c->finding);
    return count;
}

static bool print_unknown(struct ckpt_rules *r, struct ckpt_buffer *out, unsigned i)
{
    const char *why = unknown_why(r, i);
    if (why != NULL) {
        print_reason(out, -1, ckpt_string_of(why), NULL);
        return true;
    }
    bool any = false;
    for (const struct ckpt_unchecked *u = r->unchecked; u != NULL; u = u->next) {
        if (!u->decides)
            continue;
        print_reason(out, -1, ckpt_text_of(r, "%t: %t", u->what, u->why), NULL);
        any = true;
    }
    return any;
}

static uint32_t print_conditions(struct ckpt_rules *r, struct ckpt_buffer *out, unsigned i)
{
    uint32_t count = 0;
    for (const struct ckpt_condition *c = r->conditions; c != NULL; c = c->next) {
        if ((c->targets >> i & 1) == 0)
            continue;
        print_condition(out, c);
        count += c->met != CKPT_MET;
    }
    return count;
}

static void print_target(struct ckpt_rules *r, struct ckpt_buffer *out, unsigned i)
{
    ckpt_print_open(out, "{");
    print_text(out, "name", ckpt_string_of(ckpt_target_names[i].name));
    print_text(out, "version", r->targets[i].version);
    ckpt_print_key(out, "reasons");
    ckpt_buffer_add_text(out, "[");
    bool fails = print_blocks(r, out, i) != 0;
    bool unknown = !fails && print_unknown(r, out, i);
    ckpt_buffer_add_text(out, "]");
    ckpt_print_key(out, "conditions");
    ckpt_buffer_add_text(out, "[");
    bool conditional = print_conditions(r, out, i) != 0;
    ckpt_buffer_add_text(out, "]");
    print_text(out, "verdict",
               ckpt_string_of(fails         ? "fails"
                              : unknown     ? "unknown"
                              : conditional ? "conditional"
                                            : "restores"));
    ckpt_buffer_add_text(out, "}");
}

/* ---- trust and coverage ---------------------------------------------------------------------- */

static void print_trust(struct ckpt_rules *r, struct ckpt_buffer *out)
{
    ckpt_print_key(out, "trust");
    ckpt_buffer_add_text(out, "{");
    print_text(out, "level", ckpt_string_of(ckpt_trust_names[trust_of(r)]));
    ckpt_print_key(out, "reasons");
    ckpt_buffer_add_text(out, "[");
    for (int level = CKPT_HOSTILE; level > CKPT_CLEAN; level--)
        for (int rule = 0; rule < CKPT_RULE_COUNT; rule++)
            if (r->state[rule].trust == level)
                print_reason(out, rule, r->state[rule].distrusted->message,
                             r->state[rule].distrusted);
    ckpt_buffer_add_text(out, "]}");
}

static void print_word(struct ckpt_buffer *out, const char *word)
{
    if (out->data[out->length - 1] != '[')
        ckpt_buffer_add_text(out, ",");
    ckpt_print_string(out, word, ckpt_string_of(word).length);
}

static void print_coverage(struct ckpt_rules *r, struct ckpt_buffer *out)
{
    ckpt_value facts = ckpt_whole(r->facts);
    bool loose = ckpt_is_true(ckpt_get_exact(facts, "loose"));
    ckpt_print_key(out, "coverage");
    ckpt_buffer_add_text(out, "{");
    ckpt_print_key(out, "checked");
    ckpt_buffer_add_text(out, "[");
    if (out->failed)
        return;
    if (!loose)
        print_word(out, "members");
    if (r->summary->file_count != 0)
        print_word(out, "metadata");
    if (r->checked_images)
        print_word(out, "images");
    if (ckpt_count(ckpt_get_exact(facts, "nested")) != 0)
        print_word(out, "file-systems");
    ckpt_buffer_add_text(out, "]");
    ckpt_print_key(out, "notChecked");
    ckpt_buffer_add_text(out, "[");
    for (const struct ckpt_unchecked *u = r->unchecked; u != NULL; u = u->next) {
        ckpt_print_open(out, "{");
        print_text(out, "what", u->what);
        print_text(out, "why", u->why);
        ckpt_buffer_add_text(out, "}");
    }
    ckpt_buffer_add_text(out, "]}");
}

void ckpt_print_verdicts(struct ckpt_rules *r, struct ckpt_buffer *out)
{
    /* Nothing that is hostile restores without a word. */
    const struct ckpt_finding *attack = NULL;
    for (int rule = CKPT_RULE_COUNT; rule > 0; rule--)
        if (r->state[rule - 1].trust == CKPT_HOSTILE)
            attack = r->state[rule - 1].distrusted;
    if (attack != NULL)
        ckpt_condition(r, CKPT_CONDITION_TRUST, ALL, (enum ckpt_rule_index)attack->rule, attack, "",
                       "Trust in where it comes from, as something in it attacks the host.");
    bool form = r->form == CKPT_FORM_ARCHIVE || r->form == CKPT_FORM_DIRECTORY;
    if (form && r->engine != CKPT_ENGINE_UNKNOWN)
        ckpt_condition(r, CKPT_CONDITION_BUNDLE, RUNTIMES, CKPT_RULE_710, NULL, "--bundle",
                       "The bundle of the container with its root file system, which is not in the "
                       "checkpoint.");
    for (struct ckpt_condition *c = r->conditions; c != NULL; c = c->next)
        ckpt_host_judge(r, c);
    ckpt_print_key(out, "targets");
    ckpt_buffer_add_text(out, "[");
    for (unsigned i = 0; i < CKPT_TARGET_COUNT; i++)
        if (!r->any_target || r->targets[i].asked)
            print_target(r, out, i);
    ckpt_buffer_add_text(out, "]");
    print_trust(r, out);
    print_coverage(r, out);
}
