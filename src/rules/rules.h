/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the checks of this folder share. A validation goes with a ckpt_summary: members are checked
 * as they are added, files when all are known. Every check is a function that looks at what there
 * is and reports with ckpt_find…(); it never stops the others.
 */
#ifndef CKPT_RULES_RULES_H
#define CKPT_RULES_RULES_H

#include "archive/archive.h"
#include "archive/names.h"
#include "archive/paths.h"
#include "checkpoint/internal.h"
#include "checkpoint/value.h"
#include "rules/catalog.h"
#include "rules/tree.h"
#include "text/message.h"

/* ---- findings (report.c) ----------------------------------------------------------------------
 */

struct ckpt_related {
    struct ckpt_related *next;
    ckpt_string message, member, pointer;
    ckpt_location where;
    bool placed;
};

struct ckpt_finding {
    struct ckpt_finding *next;
    struct ckpt_related *related;
    ckpt_string message, member, pointer, found, expected;
    const char *hint; /* instead of that of its rule; NULL: none */
    ckpt_location where;
    size_t end_line, end_column;
    uint64_t archive_offset; /* of the member's header in the tar; UINT64_MAX: none */
    uint32_t rank;           /* of its file; 0: the archive and its members */
    uint32_t index;          /* in the report, once it is made */
    int64_t entry;           /* of an image: which one, from 0; -1: none */
    ckpt_string field;       /* of an image: path of the field, "reg.size"; or "" */
    uint8_t rule;
    uint8_t lowered; /* enum ckpt_severity if it counts for less than its rule; else CKPT_OFF */
    uint8_t blocks;  /* targets that refuse the checkpoint because of it */
    bool placed;     /* `where` is set */
    bool hidden;     /* filtered out; kept as a reason of a verdict */
};

struct ckpt_rule_state {
    uint32_t count;               /* found in all */
    uint32_t lowered[CKPT_ERROR]; /* of these, by lowered severity */
    uint8_t severity;             /* override, or CKPT_OFF where `has_severity` is not set */
    bool has_severity, hidden;
    uint8_t trust; /* enum ckpt_trust, the worst of its findings */
    struct ckpt_finding *first, *distrusted;
    struct ckpt_finding *blocking[CKPT_TARGET_COUNT]; /* the first that blocks this target */
};

/* Something that has to be arranged before a target restores the checkpoint. */
struct ckpt_condition {
    struct ckpt_condition *next;
    const struct ckpt_finding *finding; /* its evidence; NULL: none */
    ckpt_string text;                   /* one sentence */
    ckpt_string option;                 /* of the target's command, "" if there is none */
    uint8_t kind, targets;
    uint8_t need; /* enum ckpt_need: what of a host decides it, with a text or number */
    uint8_t met;  /* enum ckpt_met */
    ckpt_string need_text, host; /* host: what it has instead, in words; or "" */
    uint64_t need_number, need_mode;
    ckpt_string need_build;
};

/* Whether a host meets a condition. */
enum ckpt_met { CKPT_MET_UNKNOWN, CKPT_MET, CKPT_NOT_MET };

/* A part of the checkpoint that was not looked at. */
struct ckpt_unchecked {
    struct ckpt_unchecked *next;
    ckpt_string what, why;
    bool decides; /* the verdict could depend on it */
};

struct ckpt_target {
    bool asked;          /* named in the options */
    ckpt_string version; /* as given, "" if none */
    uint32_t number[3];  /* of the version */
};

/* What is remembered of a member with a name of members.def: of the last one. */
struct ckpt_seen {
    const struct ckpt_member_info *info; /* NULL: checkpoint/parent */
    uint64_t header_offset, data_offset, size;
    uint32_t mode, type, flags, count;
};

/* Names of one kind that are remembered, at most. */
enum { CKPT_REMEMBERED = 1000 };

struct ckpt_duplicate {
    ckpt_string name;
    uint64_t header_offset; /* of the second one */
    uint32_t count;
};

/* A member that is remembered by its name. */
struct ckpt_named {
    struct ckpt_named *next;
    ckpt_string name; /* of volumes: without volumes/ and .tar */
    uint64_t header_offset;
};

/* A member as the checks see it. Strings are good during the call only. */
struct ckpt_member_view {
    const struct ckpt_member *record;
    ckpt_string name; /* without leading "./" and trailing "/", and without the prefix */
    ckpt_string raw;  /* as it stands there */
    ckpt_string link;
    ckpt_string other; /* the name (or target) that other readers take; or "" */
    ckpt_string scope; /* archive inside the checkpoint that it lies in: "rootfs-diff.tar"; or "" */
};

struct ckpt_rules { /* NOLINT(clang-analyzer-optin.performance.Padding) */
    ckpt_summary *summary;
    struct ckpt_arena arena;   /* all texts of findings */
    struct ckpt_buffer text;   /* what is being written */
    struct ckpt_file *scratch; /* texts parsed by ckpt_parse_text() */
    bool failed;               /* no memory: there is no report */

    /* options */
    struct ckpt_rule_state state[CKPT_RULE_COUNT];
    struct ckpt_target targets[CKPT_TARGET_COUNT];
    bool any_target; /* some target was asked for */
    bool reveal;
    uint32_t per_rule, total;
    int64_t now;           /* Unix seconds; 0: not known */
    ckpt_string file_name; /* of the archive, "" if not known */
    ckpt_string file_path; /* where it lies, from the root; "" if not known */
    uint32_t file_mode;    /* its permissions, or UINT32_MAX */

    /* findings */
    struct ckpt_finding *findings, **last;
    uint32_t listed;
    uint8_t lower;          /* for the next finding: ckpt_lower() */
    int16_t block, suspect; /* the same: ckpt_block(), ckpt_distrust(); -1: as its rule */
    struct ckpt_condition *conditions, **last_condition;
    struct ckpt_unchecked *unchecked;
    uint32_t condition_count;
    uint8_t need; /* of the next condition: ckpt_needs() */
    ckpt_string need_text, need_build;
    uint64_t need_number, need_mode;
    struct ckpt_file *host;    /* that is described; NULL: none */
    struct ckpt_dump *dump;    /* the images of CRIU; NULL: not read */
    struct ckpt_tree tree;     /* of the archives inside */
    ckpt_string docker_id;     /* of the container, by what Docker mounted; "" */
    ckpt_string docker_member; /* … the image that says so */
    int64_t docker_entry;
    uint32_t images_mode;            /* of the directory checkpoint/; UINT32_MAX: not known */
    bool old_pagemaps, new_pagemaps; /* which dialects were found */
    const struct ckpt_requirement *least_criu; /* what needs the newest CRIU; NULL: nothing does */
    bool read_all;       /* in spite of an error, which comes after the members */
    bool checked_images; /* the images of CRIU were looked at */

    /* facts about the archive, from the caller; see validate.h */
    struct ckpt_file *facts;
    struct ckpt_reading *readings; /* of archives: how reading them came out */
    enum ckpt_form form;
    enum ckpt_engine engine;

    /* what the members were (members.c) */
    struct ckpt_seen seen[64]; /* by number of members.def */
    struct ckpt_seen parent;   /* checkpoint/parent, a link */
    bool top_parent;           /* or at the top, as in a directory of images */
    ckpt_string parent_link;   /* where it leads */
    ckpt_string folder;        /* where config.dump lies, if not at the root: "dump/" */
    ckpt_string images_folder; /* the same of inventory.img */
    ckpt_string secret_list;   /* files with keys by their names, the first of them */
    uint64_t secret_files, secret_offset;
    bool has_descriptors; /* descriptors.json, wherever */
    bool dynamo;          /* manifest.yaml of ai-dynamo/snapshot */
    bool crac;            /* cppath of CRaC */
    bool cedana;          /* process_state.json of Cedana */
    ckpt_string gvisor;   /* the image of gVisor */
    ckpt_string linked;   /* the first image that is a link to another member */
    ckpt_string gpu;      /* the first image of a graphics processor */
    ckpt_string partial;  /* the first member that was not finished */
    uint64_t gpu_offset, partial_offset;
    struct ckpt_paths names;        /* of regular files: marked */
    struct ckpt_paths linked_names; /* of links and special files */
    struct ckpt_paths diff;         /* all paths in rootfs-diff.tar, with their directories */
    struct ckpt_paths tops;         /* names at the top that were looked at */
    struct ckpt_paths repeated;     /* marked with the number of their duplicate */
    struct ckpt_duplicate *duplicates[CKPT_REMEMBERED];
    struct ckpt_named *volumes;
    struct ckpt_named *unknown; /* names at the top that mean nothing */
    uint32_t duplicate_count, volume_count, unknown_count;
    uint64_t hidden_to;            /* members before this offset are data for other readers */
    bool renamed;                  /* by a header that Go does not know: the next member */
    struct ckpt_paths outer_links; /* links out of the archive itself: marked */
    struct ckpt_paths links;       /* links out of the archive inside that is looked at */
    ckpt_string scope;             /* its name */
    uint64_t whiteouts;            /* members .wh.* of rootfs-diff.tar */
    ckpt_string whiteout;          /* the first of them */
    uint64_t whiteout_offset;      /* of its header */
    uint64_t members, images;
    int64_t newest; /* Unix time of the newest image of CRIU; 0: not known */
};

/* Reports that `at` (its object, where something is absent) breaks the rule. The format is
   that of ckpt_format(), with
   %t ckpt_string (escaped), %v ckpt_value (its source, shortened), %p an existing ckpt_value (its
   JSON pointer), %o uint32_t (mode), %b uint64_t (bytes, for people), %% a per cent sign. Secrets
   in %t, %q and %v are masked, and all values of environments. NULL if it is not listed: over a
   limit, no memory. */
struct ckpt_finding *ckpt_find(struct ckpt_rules *r, enum ckpt_rule_index rule, ckpt_value at,
                               const char *format, ...);

/* The same for a part of a string value: `length` bytes from byte `from` of its source. */
struct ckpt_finding *ckpt_find_in(struct ckpt_rules *r, enum ckpt_rule_index rule, ckpt_value at,
                                  size_t from, size_t length, const char *format, ...);

/* The same for a whole member or file; `member` may be one that is missing, or "" for the archive.
 */
struct ckpt_finding *ckpt_find_file(struct ckpt_rules *r, enum ckpt_rule_index rule,
                                    const char *member, const char *format, ...);

/* The same for a member of an archive, with its place there. */
struct ckpt_finding *ckpt_find_member(struct ckpt_rules *r, enum ckpt_rule_index rule,
                                      const struct ckpt_member_view *member, const char *format,
                                      ...);

/* A place for a condition about which there is nothing to find: it is not listed. NULL: no memory.
 */
struct ckpt_finding *ckpt_place_at(struct ckpt_rules *r, enum ckpt_rule_index rule, ckpt_value at);
struct ckpt_finding *ckpt_place_in(struct ckpt_rules *r, enum ckpt_rule_index rule,
                                   ckpt_string member);

/* What decoding says of a file. */
struct ckpt_finding *ckpt_find_error(struct ckpt_rules *r, enum ckpt_rule_index rule,
                                     struct ckpt_file *file);

/* The id in a path of Docker, ".../containers/ID/...": 64 hexadecimal digits; "" if there is none.
 */
ckpt_string ckpt_docker_container(ckpt_string path);

/* The next finding counts for no more than this. */
void ckpt_lower(struct ckpt_rules *r, enum ckpt_severity severity);

/* The next finding blocks these targets, whatever its rule says. */
void ckpt_block(struct ckpt_rules *r, unsigned targets);

/* The next finding says this about the intent behind the archive, whatever its rule says. */
void ckpt_distrust(struct ckpt_rules *r, enum ckpt_trust trust);

/* These targets restore the checkpoint only if something is arranged: what, and the option that
   does it ("" if none). The evidence is `finding`, or where that is not listed (NULL) the first one
   of `rule`. */
void ckpt_condition(struct ckpt_rules *r, enum ckpt_condition_kind kind, unsigned targets,
                    enum ckpt_rule_index rule, const struct ckpt_finding *finding,
                    const char *option, const char *format, ...);

/* What of a host decides the next condition: enum ckpt_need (host.h), with its text or number. */
void ckpt_needs(struct ckpt_rules *r, unsigned need, ckpt_string text, uint64_t number);

/* Up to three numbers with dots between; what follows them ("-rc1", "+ds") does not count. */
bool ckpt_read_version(ckpt_string text, uint32_t number[3]);

/* Something was not looked at. `decides`: it may be what makes a restore fail. */
void ckpt_not_checked(struct ckpt_rules *r, bool decides, ckpt_string what, const char *why);

/* Puts the place of a finding (which may be NULL) into an image: an entry from 0 (-1: none), and
   the path of a field ("" or NULL: none). */
void ckpt_place_entry(struct ckpt_rules *r, struct ckpt_finding *finding, int64_t entry,
                      const char *field);

/* Adds another place to a finding (which may be NULL). */
void ckpt_relate(struct ckpt_rules *r, struct ckpt_finding *finding, ckpt_value at,
                 const char *message);

/* Puts the place of a finding (which may be NULL): bytes of a file that is no JSON. */
void ckpt_place_bytes(struct ckpt_finding *finding, struct ckpt_file *file, size_t from,
                      size_t length);

/* A copy of text in the validation's memory; data is NULL without memory. */
ckpt_string ckpt_keep(struct ckpt_rules *r, ckpt_string text);

/* The text of a format as above, in the validation's memory. */
ckpt_string ckpt_text_of(struct ckpt_rules *r, const char *format, ...);

/* What the two above share (text.c): writes to r->text, and takes it from there. */
void ckpt_add_format(struct ckpt_rules *r, const char *format, struct ckpt_arguments *arguments);
ckpt_string ckpt_keep_text(struct ckpt_rules *r);

/* Whether a JSON pointer is that of a variable of an environment: it is shown by its name only. */
bool ckpt_is_variable(ckpt_string pointer);

/* Whether the checkpoint is of this engine, or this target was asked for. */
bool ckpt_concerns(const struct ckpt_rules *r, unsigned targets);

/* ---- files ------------------------------------------------------------------------------------
 */

/* The metadata file of that name, or NULL. */
struct ckpt_file *ckpt_file_of(const struct ckpt_rules *r, const char *name);

/* ckpt_whole() of that file. */
ckpt_value ckpt_file_root(const struct ckpt_rules *r, const char *name);

/* An annotation of spec.dump, as a value. */
ckpt_value ckpt_annotation_of(const struct ckpt_rules *r, const char *key);

/* Parses JSON that stands inside of a string, for example of an annotation; lives as the
   validation. NULL: no memory. `error.kind` tells whether it is JSON. */
struct ckpt_file *ckpt_parse_text(struct ckpt_rules *r, ckpt_string text);

/* Whether a member of that name (of members.def) was there. */
const struct ckpt_seen *ckpt_seen_of(const struct ckpt_rules *r, const char *name);

/* Whether the files of a checkpoint are to be expected: not if these are loose files, or the
   archive is cut, or it is something else. */
bool ckpt_wants_files(const struct ckpt_rules *r);

/* Whether a regular file of that name is in the archive. */
bool ckpt_has_name(const struct ckpt_rules *r, ckpt_string name);

/* Whether CRI-O makes a mount at this place by itself: it need not be declared for a restore. */
bool ckpt_is_crio_mount(ckpt_string destination);

/* Whether a list of namespaces has this type. */
bool ckpt_has_namespace(ckpt_value namespaces, const char *type);

/* Whether the checkpoint is of this engine; or of none that is known, and the target was asked for.
 */
bool ckpt_is_for(const struct ckpt_rules *r, enum ckpt_engine engine);

/* How reading an archive came out, as its reader said. */
struct ckpt_reading {
    struct ckpt_reading *next;
    ckpt_string scope; /* as of records: see ckpt_validation_add_records() */
    struct ckpt_archive_info info;
};

/* That of an archive; NULL: it is not known, as nothing was read. */
const struct ckpt_archive_info *ckpt_reading_of(const struct ckpt_rules *r, ckpt_string scope);

/* Its compression, "gzip"; empty if it is not known. */
ckpt_string ckpt_compression_of(const struct ckpt_rules *r, ckpt_string scope);

/* Why the reading of an archive stopped before its end; see `error` of the facts in validate.h. */
enum ckpt_stop {
    CKPT_DID_NOT_STOP,
    CKPT_STOPPED_BY_DAMAGE,
    CKPT_STOPPED_BY_LIMIT,
    CKPT_UNKNOWN_FORMAT, /* compressed in a way that this program does not know */
    CKPT_NO_ARCHIVE
};

enum ckpt_stop ckpt_stop_of(ckpt_value error);

/* The same as a sentence, about what was not read. */
const char *ckpt_why_stopped(enum ckpt_stop stop);

/* Whether nothing in the archive is known to be of a checkpoint. */
bool ckpt_has_nothing(const struct ckpt_rules *r);

/* Whether all of the archive is there, so that what is not in it is missing. */
bool ckpt_is_whole(const struct ckpt_rules *r);

/* The same for the images of CRIU: none of them is a link, which was not followed. */
bool ckpt_has_all_images(const struct ckpt_rules *r);

/* Whether a member is there, but was too large to be read. */
bool ckpt_is_unread(const struct ckpt_rules *r, const char *name);

/* Whether a member is a link, which engines follow and this program does not: then that is said. */
bool ckpt_is_linked(struct ckpt_rules *r, const char *name);

/* What is wrong with a path that is to be absolute and clean, in words that follow its name; NULL:
   nothing. `local`: it is to be relative, without "..". */
const char *ckpt_path_problem(ckpt_string path, bool local);

/* Whether a value is an integer from `low` to `high`. */
bool ckpt_in_range(ckpt_value value, int64_t low, int64_t high);

/* A mount of spec.dump with this destination, the last one. */
ckpt_value ckpt_mount_at(const struct ckpt_rules *r, const char *destination);

/* Whether a mount of spec.dump is a bind mount. */
bool ckpt_is_bind(ckpt_value mount);

/* A set of strings, as hashes of paths: spellings of one path count as one. */
bool ckpt_set_add(struct ckpt_rules *r, struct ckpt_paths *set, ckpt_string path);
bool ckpt_set_has(const struct ckpt_paths *set, ckpt_string path);

/* ---- the checks, in the order in which they run ------------------------------------------------
 */

void ckpt_check_readers(struct ckpt_rules *r, const struct ckpt_member_view *m);
void ckpt_check_member(struct ckpt_rules *r, const struct ckpt_member_view *member);
void ckpt_check_image_member(struct ckpt_rules *r, const struct ckpt_member_view *member);
void ckpt_check_secret_member(struct ckpt_rules *r, const struct ckpt_member_view *member);
void ckpt_check_nested_member(struct ckpt_rules *r, const struct ckpt_member_view *member);
void ckpt_check_container(struct ckpt_rules *r); /* 0xx */
void ckpt_check_config(struct ckpt_rules *r);    /* 1xx */
void ckpt_check_config_podman(struct ckpt_rules *r, ckpt_value config);
void ckpt_check_libpod_types(struct ckpt_rules *r, ckpt_value config);
void ckpt_check_keys(struct ckpt_rules *r); /* CKP114, in all files */
void ckpt_check_spec(struct ckpt_rules *r); /* 2xx */
void ckpt_check_schema(struct ckpt_rules *r, ckpt_value spec);
void ckpt_check_side_files(struct ckpt_rules *r); /* 3xx */
void ckpt_check_network_status(struct ckpt_rules *r);
void ckpt_check_dump_log(struct ckpt_rules *r);
void ckpt_check_file_system(struct ckpt_rules *r); /* 4xx */
void ckpt_check_criu_images(struct ckpt_rules *r); /* 5xx */
void ckpt_check_dump(struct ckpt_rules *r);
void ckpt_check_across_files(struct ckpt_rules *r); /* 6xx */
void ckpt_check_privacy(struct ckpt_rules *r);      /* 8xx */
void ckpt_check_memory_secrets(struct ckpt_rules *r);
void ckpt_check_image_pod(struct ckpt_rules *r); /* 9xx */
void ckpt_check_pod(struct ckpt_rules *r);

/* The blobs of an image against the descriptors that lead to the manifest, and that it has. */
void ckpt_check_blobs(struct ckpt_rules *r, ckpt_value index, ckpt_value nested_index,
                      ckpt_value manifest);

/* The archive of a container against the digest that the manifest of its pod has. */
void ckpt_check_archive_digest(struct ckpt_rules *r, ckpt_string archive, ckpt_value digest);
void ckpt_check_mounts_of_target(struct ckpt_rules *r);
void ckpt_check_kubelet(struct ckpt_rules *r); /* what the kubelet names and lists */
void ckpt_check_restore(struct ckpt_rules *r); /* 7xx, and prints the verdicts: last */

/* Prints targets, trust and coverage (verdict.c). */
void ckpt_print_verdicts(struct ckpt_rules *r, struct ckpt_buffer *out);

/* Whether an engine made the checkpoint that is not this target, and what to say then; what is
   wrong with the version of a target, "" if nothing (restore.c). */
bool ckpt_is_of_another(const struct ckpt_rules *r, unsigned target);
ckpt_string ckpt_another_text(struct ckpt_rules *r, unsigned i);
ckpt_string ckpt_version_text(struct ckpt_rules *r, unsigned i);

/* Parses options (options.c); false if they are wrong: `problem` says why. */
bool ckpt_rules_options(struct ckpt_rules *r, ckpt_string text, ckpt_string *problem);

/* Prints the report (report.c). */
void ckpt_print_report(struct ckpt_rules *r, struct ckpt_buffer *out);

#endif
