/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets, details of the host, and texts that deceive, in all JSON files. */
#include <string.h>

#include "rules/rules.h"
#include "text/secrets.h"
#include "text/utf8.h"

enum {
    NESTED = 2,      /* JSON in strings of JSON is followed so deep */
    PARSED = 1000,   /* texts */
    LOOKED_UP = 1000 /* strings with line feeds */
};

struct scan {
    struct ckpt_rules *r;
    ckpt_value outer; /* the string of a file that the text stands in */
    int depth;
    bool plain; /* no secrets are looked for */
};

/* What the scans count. */
struct sums {
    uint32_t parsed, looked_up, addresses;
    ckpt_value address;      /* the first one */
    struct ckpt_paths known; /* variables that hold secrets of Podman */
};

static const char *next_byte(const struct ckpt_file *file, const struct ckpt_node *node)
{
    const char *at = file->text + node->offset + node->length, *end = file->text + file->length;
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
        at++;
    return at < end ? at : "";
}

/* ---- characters ------------------------------------------------------------------------------ */

static bool is_free_text(ckpt_string pointer)
{
    static const char *const parts[] = {"/args/",    "/env/",        "/annotations/",   "/labels/",
                                        "/command/", "/entrypoint/", "/CreateCommand/", "/Test/",
                                        "eason",     "essage"};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (ckpt_index_of(pointer, parts[i]) != SIZE_MAX)
            return true;
    return false;
}

static void check_characters(struct scan *s, struct sums *sums, ckpt_value at, bool key)
{
    ckpt_string text = ckpt_text(at);
    const unsigned char *bytes = (const unsigned char *)text.data;
    const char *what = NULL;
    uint32_t rune = 0;
    int lines = key ? 0 : -1; /* whether lines are nothing special here; not known yet */
    for (size_t i = 0; i < text.length && what == NULL;) {
        i += ckpt_utf8_decode(bytes + i, text.length - i, &rune);
        if (rune == '\n' || rune == '\t' || rune == '\r') {
            if (lines < 0)
                lines = sums->looked_up++ >= LOOKED_UP ||
                        is_free_text(
                            ckpt_node_pointer(ckpt_value_file(at)->document, ckpt_value_node(at)));
            if (lines != 0)
                continue;
            what = "a line feed, tab or carriage return";
        } else if (rune == 0x1b) {
            what = "an escape character, which commands terminals";
        } else if (rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || rune == 0x2028 ||
                   rune == 0x2029) {
            what = "a control character";
        } else if (rune == 0x61c || rune == 0x200e || rune == 0x200f ||
                   (rune >= 0x202a && rune <= 0x202e) || (rune >= 0x2066 && rune <= 0x2069)) {
            what = "a character that changes the direction of text";
        }
    }
    if (what != NULL)
        ckpt_find(s->r, CKPT_RULE_807, at, "%s %p has %s.", key ? "The key" : "The text at", at,
                  what);
}

/* ---- secrets --------------------------------------------------------------------------------- */

static void report(struct scan *s, ckpt_value at, ckpt_string name, const char *what,
                   ckpt_string value)
{
    at = s->depth == 0 ? at : s->outer;
    ckpt_find(s->r, CKPT_RULE_800, at, "%p holds %s%t%s%t.", at, what == NULL ? "" : what,
              what == NULL ? name : (ckpt_string){"", 0}, what == NULL ? "=" : ": ",
              s->r->reveal ? value : ckpt_string_of(CKPT_MASK));
}

static ckpt_string text_at(struct ckpt_file *file, uint32_t node)
{
    return ckpt_text(ckpt_value_at(file, node));
}

/* The next secret in a text that should be JSON but is not: what stands between its quotes is
   looked at piece by piece, whatever is wrong with the rest. */
static bool secret_in_broken(ckpt_string text, size_t *at, struct ckpt_secret *secret)
{
    ckpt_string key = {"", 0}, before = {"", 0};
    for (size_t from = *at, to; from < text.length; from = to + 1) {
        for (to = from; to < text.length && text.data[to] != '"'; to++)
            to += text.data[to] == '\\';
        ckpt_string piece = ckpt_slice_of(text, from, to);
        while (ckpt_starts_one_of(before, " \0\n\0\t\0\r\0"))
            before = ckpt_slice_of(before, 1, before.length);
        bool named = ckpt_starts(before, ":") && ckpt_is_secret(key, piece, true);
        *at = to;
        if (named || ckpt_secret_in(piece, 0, secret)) {
            *secret = (struct ckpt_secret){from, from + piece.length, named ? key : secret->name,
                                           named ? NULL : secret->what};
            return true;
        }
        key = before;
        before = piece;
    }
    return false;
}

static bool check_secret(struct scan *s, struct sums *sums, ckpt_value at)
{
    struct ckpt_secret secret;
    ckpt_string text = ckpt_text(at), name = ckpt_key_text(at);
    struct ckpt_file *file = ckpt_value_file(at);
    uint32_t node = ckpt_value_node(at);
    bool keyed = ckpt_value_has_key(at);
    size_t start = 0;
    ckpt_string before = !keyed && node != 0 ? text_at(file, node - 1) : name;
    if (text.length == 0)
        return false;
    if (keyed && node > 3 && ckpt_equals(name, "value") &&
        ckpt_is_one_of(text_at(file, node - 3), "name\0key\0") &&
        ckpt_is_secret(text_at(file, node - 2), text, false)) {
        /* as Kubernetes writes variables, and the kubelet to the engine */
        report(s, at, text_at(file, node - 2), NULL, text);
    } else if (keyed && ckpt_is_secret(name, text, true) && !ckpt_starts(name, "checksum/")) {
        report(s, at, name, NULL, text);
    } else if (!keyed && ckpt_secret_argument(before, text, &secret)) {
        report(s, at, secret.what == NULL ? secret.name : before, NULL,
               ckpt_slice_of(text, secret.from, secret.to));
    } else if (ckpt_secret_in(text, start = 0, &secret) ||
               (text.data[0] == '{' && secret_in_broken(text, &start, &secret))) {
        report(s, at, secret.name, secret.what, ckpt_slice_of(text, secret.from, secret.to));
    } else {
        size_t equals = !keyed && sums->known.node_count != 0 ? ckpt_index_of(text, "=") : SIZE_MAX;
        name = ckpt_slice_of(text, 0, equals == SIZE_MAX ? 0 : equals);
        if (name.length == 0 || !ckpt_set_has(&sums->known, name))
            return false;
        report(s, at, name, NULL, ckpt_slice_of(text, equals + 1, text.length));
    }
    return true;
}

/* ---- what else keys tell --------------------------------------------------------------------- */

static void check_member(struct scan *s, struct sums *sums, ckpt_value at)
{
    static const char devices[] = "cdi.k8s.io/\0nvidia.cdi.k8s.io/\0io.kubernetes.cri-o.Devices\0"
                                  "run.oci.hooks.std\0";
    ckpt_string key = ckpt_key_text(at);
    if (key.length > 10 && memchr("cnir", key.data[0], 4) != NULL &&
        ckpt_starts_one_of(key, devices) && ckpt_text(at).length != 0)
        ckpt_find(s->r, CKPT_RULE_804, s->depth == 0 ? at : s->outer,
                  "Annotation %q asks for something of the host: %v.", key, at);
    if (s->depth == 0 &&
        (ckpt_equals(key, "ipnet") || ckpt_starts(key, "io.kubernetes.cri-o.IP.")) &&
        sums->addresses++ == 0)
        sums->address = at;
}

static void scan(struct scan *s, struct sums *sums, struct ckpt_file *file);

/* JSON in a string, as in annotations of Kubernetes. */
static bool check_json(struct scan *s, struct sums *sums, ckpt_value at, ckpt_string text)
{
    if (s->depth == NESTED || (!ckpt_starts(text, "{") && !ckpt_starts(text, "[")) ||
        sums->parsed++ >= PARSED)
        return false;
    struct ckpt_file *inner = ckpt_parse_text(s->r, text);
    struct scan next = {s->r, s->depth == 0 ? at : s->outer, s->depth + 1, false};
    if (inner == NULL || inner->error.kind != CKPT_OK)
        return false;
    scan(&next, sums, inner);
    return true;
}

/* The values of a Kubernetes Secret and the private part of a JSON web key, which say nothing of
   themselves. */
static void check_object(struct scan *s, struct ckpt_file *file, uint32_t node)
{
    ckpt_value object = ckpt_value_at(file, node), part = ckpt_get_exact(object, "d");
    if (ckpt_text(part).length != 0 && ckpt_exists(ckpt_get_exact(object, "kty")))
        report(s, part, ckpt_string_of("d"), NULL, ckpt_text(part));
    if (!ckpt_is_text(ckpt_get_exact(object, "kind"), "Secret"))
        return;
    static const char *const parts[] = {"data", "stringData"};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        ckpt_value data = ckpt_get_exact(object, parts[i]);
        for (ckpt_value v = ckpt_first(data); ckpt_exists(v); v = ckpt_next(data, v))
            if (ckpt_secret_value(ckpt_text(v)))
                report(s, v, ckpt_key_text(v), NULL, ckpt_text(v));
    }
}

/* All strings of a text, in their order. */
static void scan(struct scan *s, struct sums *sums, struct ckpt_file *file)
{
    /* Names and paths that the runtime spec knows: many, and no secrets. */
    static const char quiet_keys[] = "seccomp\0capabilities\0maskedPaths\0readonlyPaths\0rlimits\0";
    const struct ckpt_index *index = &file->document->index;
    uint32_t quiet = 0; /* nodes in front of this one are such */
    bool keyed = false;
    for (uint32_t i = 0; i < index->count; i++) {
        const struct ckpt_node *node = &index->nodes[i];
        bool is_string = ckpt_node_type(node) == CKPT_STRING;
        ckpt_value at = ckpt_make_value(file, i, keyed);
        keyed = false;
        if (s->depth != 0 && ckpt_node_type(node) == CKPT_OBJECT)
            check_object(s, file, i);
        if (!is_string)
            continue;
        bool is_key = *next_byte(file, node) == ':';
        if (s->depth == 0 && (node->info & (CKPT_NODE_ESCAPED | CKPT_NODE_WIDE)) != 0)
            check_characters(s, sums, at, is_key);
        if (i < quiet)
            continue;
        if (is_key) {
            keyed = true;
            if (memchr("scmr", file->text[node->offset + 1], 4) != NULL &&
                ckpt_is_one_of(ckpt_text(at), quiet_keys))
                quiet = index->nodes[i + 1].end;
            continue;
        }
        if (ckpt_value_has_key(at))
            check_member(s, sums, at);
        ckpt_string text = ckpt_text(at);
        if (!s->plain && !check_json(s, sums, at, text) && !check_secret(s, sums, at) &&
            !ckpt_value_has_key(at))
            check_json(s, sums, at, ckpt_slice_of(text, ckpt_index_of(text, "=") + 1, text.length));
    }
}

/* What is found here is not shown by anybody who shows the text around the error. */
static void scan_broken(struct ckpt_rules *r, struct ckpt_file *file)
{
    ckpt_string text = {file->text, file->length};
    struct ckpt_secret secret;
    size_t at = 0;
    while (secret_in_broken(text, &at, &secret))
        ckpt_place_bytes(ckpt_find_file(r, CKPT_RULE_800, file->name.data, "%t holds %s%t%s%t.",
                                        file->name, secret.what == NULL ? "" : secret.what,
                                        secret.what == NULL ? secret.name : (ckpt_string){"", 0},
                                        secret.what == NULL ? "=" : ": ",
                                        r->reveal ? ckpt_slice_of(text, secret.from, secret.to)
                                                  : ckpt_string_of(CKPT_MASK)),
                         file, secret.from, secret.to - secret.from);
}

/* ---- places of secrets and devices ----------------------------------------------------------- */

static bool is_secret_place(ckpt_string path)
{
    return ckpt_starts_one_of(path, "run/secrets/\0var/run/secrets/\0");
}

/* Names of files that hold keys or passwords of people and services. */
static bool is_secret_file(ckpt_string path)
{
    size_t from = path.length;
    while (from > 0 && path.data[from - 1] != '/')
        from--;
    ckpt_string name = ckpt_slice_of(path, from, path.length);
    return ckpt_ends_one_of(path, ".aws/credentials\0.ssh/id_rsa\0.ssh/id_ed25519\0.ssh/id_ecdsa\0"
                                  ".kube/config\0.docker/config.json\0.config/gcloud/"
                                  "application_default_credentials.json\0") ||
           ckpt_is_one_of(name, ".netrc\0.pgpass\0.git-credentials\0.npmrc\0.pypirc\0");
}

static void note_secret_file(struct ckpt_rules *r, const struct ckpt_member_view *m)
{
    enum { NAMED = 8 };
    if (++r->secret_files > NAMED)
        return;
    r->secret_list =
        ckpt_text_of(r, "%t%s%t", r->secret_list, r->secret_files == 1 ? "" : ", ", m->name);
    if (r->secret_files == 1)
        r->secret_offset = m->record->header_offset;
}

static void tell_secret_files(struct ckpt_rules *r)
{
    if (r->secret_files == 0)
        return;
    ckpt_lower(r, CKPT_WARNING);
    ckpt_find_file(r, CKPT_RULE_803, "rootfs-diff.tar",
                   "%n file%s with keys or passwords, by %s name%s: %t.", r->secret_files,
                   r->secret_files == 1 ? "" : "s", r->secret_files == 1 ? "its" : "their",
                   r->secret_files == 1 ? "" : "s", r->secret_list);
}

void ckpt_check_secret_member(struct ckpt_rules *r, const struct ckpt_member_view *m)
{
    if (m->record->type == CKPT_MEMBER_FILE && m->record->size != 0 &&
        ckpt_equals(m->scope, "rootfs-diff.tar") && is_secret_file(m->name)) {
        note_secret_file(r, m);
        return;
    }
    if (m->record->type == CKPT_MEMBER_FILE && m->record->size != 0 && is_secret_place(m->name))
        ckpt_find_member(r, CKPT_RULE_803, m,
                         "The file %q, in a directory for secrets, is included.", m->name);
}

static void check_mounts(struct ckpt_rules *r, ckpt_value spec)
{
    ckpt_value mounts = ckpt_get(spec, "mounts"), first = mounts;
    uint64_t paths = 0;
    for (ckpt_value v = ckpt_first(mounts); ckpt_exists(v); v = ckpt_next(mounts, v)) {
        ckpt_value source = ckpt_get(v, "source"), at = ckpt_get(v, "destination");
        ckpt_string from = ckpt_text(source), to = ckpt_text(at);
        if (ckpt_equals(ckpt_text(ckpt_get(v, "type")), "tmpfs") && to.length > 1 &&
            is_secret_place(ckpt_slice_of(to, 1, to.length)))
            ckpt_find(r, CKPT_RULE_803, at,
                      "The mount %v is a tmpfs, so its content is in CRIU's images.", at);
        if (!ckpt_is_bind(v) || !ckpt_starts(from, "/"))
            continue;
        if (paths++ == 0)
            first = source;
        if ((ckpt_starts(from, "/dev/") || ckpt_equals(from, "/dev")) &&
            !ckpt_starts_one_of(from, "/dev/shm\0/dev/pts\0/dev/null\0/dev/log\0/dev/mqueue\0"
                                      "/dev/hugepages\0/dev/zero\0/dev/urandom\0/dev/random\0"))
            ckpt_find(r, CKPT_RULE_804, source, "The archive asks for host device %v.", source);
    }
    if (paths != 0)
        ckpt_find(r, CKPT_RULE_805, mounts,
                  "%n paths of the original host are included, such as %v.", paths, first);
}

static void check_devices(struct ckpt_rules *r, ckpt_value spec)
{
    enum { SEVERAL = 8 }; /* more are those of a privileged container */
    ckpt_value devices = ckpt_get_path(spec, "linux\0devices\0");
    uint32_t count = ckpt_count(devices);
    if (count > SEVERAL)
        ckpt_find(r, CKPT_RULE_804, devices, "The archive asks for %n host devices, such as %v.",
                  (uint64_t)count, ckpt_get(ckpt_first(devices), "path"));
    for (ckpt_value v = ckpt_first(devices); count <= SEVERAL && ckpt_exists(v);
         v = ckpt_next(devices, v)) {
        ckpt_value path = ckpt_get(v, "path");
        ckpt_find(r, CKPT_RULE_804, ckpt_exists(path) ? path : v,
                  "The archive asks for host device %v.", path);
    }
}

/* CRIU's log: "Running on HOST Linux …". */
static void check_log(struct ckpt_rules *r)
{
    static const char mark[] = "Running on ";
    struct ckpt_file *file = ckpt_file_of(r, "dump.log");
    ckpt_string log = ckpt_text(ckpt_get_exact(ckpt_whole(r->facts), "logHead"));
    bool whole = log.length == 0 && file != NULL;
    if (whole)
        log = (ckpt_string){file->text, file->length};
    size_t from = ckpt_index_of(log, mark), to;
    if (from == SIZE_MAX)
        return;
    for (to = from += sizeof(mark) - 1; to < log.length && log.data[to] > ' ';)
        to++;
    struct ckpt_finding *finding = ckpt_find_file(r, CKPT_RULE_805, "dump.log",
                                                  "The name of the original host is included: %q.",
                                                  ckpt_slice_of(log, from, to));
    if (whole)
        ckpt_place_bytes(finding, file, from, to - from);
}

void ckpt_check_privacy(struct ckpt_rules *r)
{
    tell_secret_files(r);
    struct sums sums = {0};
    ckpt_value secrets = ckpt_get(ckpt_file_root(r, "config.dump"), "secret_env");
    ckpt_value spec = ckpt_file_root(r, "spec.dump");
    for (ckpt_value v = ckpt_first(secrets); ckpt_exists(v); v = ckpt_next(secrets, v))
        ckpt_set_add(r, &sums.known, ckpt_key_text(v));
    for (struct ckpt_file *file = r->summary->files; file != NULL; file = file->next) {
        struct scan s = {.r = r, .plain = ckpt_equals(file->name, "deleted.files")};
        if (ckpt_exists(ckpt_whole(file)))
            scan(&s, &sums, file);
        else if (file->error.kind == CKPT_ERROR_SYNTAX)
            scan_broken(r, file);
    }
    ckpt_paths_free(&sums.known);
    check_mounts(r, spec);
    check_devices(r, spec);
    if (sums.addresses != 0)
        ckpt_find(r, CKPT_RULE_805, sums.address,
                  sums.addresses == 1 ? "%n internal address is included: %v."
                                      : "%n internal addresses are included, such as %v.",
                  (uint64_t)sums.addresses, sums.address);
    check_log(r);
}
