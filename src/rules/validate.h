/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation: why a checkpoint will not restore, and whether it is hostile. It looks at a summary,
 * which must live as long; src/session owns both.
 *
 *   struct ckpt_rules *rules = ckpt_validation_new(summary);
 *   ckpt_validation_start(rules, options, &problem);
 *   ckpt_validation_add_records(rules, …);
 *   ckpt_validation_add_archive(rules, …);
 *   report = ckpt_validation_finish(rules, facts);
 *
 * `options` is a JSON object, every member may be missing:
 *   targets     ["podman@5.2", "crun"]: what is to restore it; without it all are judged, and the
 *               rules about a target are reported for none
 *   only, ignore  ["CKP109", "CKP8*"]
 *   severities  {"CKP109": "error" | "warning" | "info" | "off"}
 *   limits      {"perRule": 100, "total": 1000}: findings listed
 *   reveal      true: secrets are not masked
 *   now         Unix seconds, for the rules about times
 *   file        {"name", "mode", "path"}: of the archive itself; path: from the root of the file
 *               system, which tells whose container Docker takes a directory for
 *   host        text of a JSON document, host.def: the host that is to restore it
 * `facts` is a JSON object about the archive:
 *   size, directory  as for ckpt_summary_finish
 *   sourceSize       bytes of the file, if known
 *   error            {code, stop, message, offset, have, want, member, around}: why it stopped;
 *                    stop: "damage", "limit", "unreadable"; around: the pod's report tells it
 *   nested           [{name, members, error}]
 *   memory           what a search for secrets found: {secrets: [{pid, member, place, kind, name,
 *                    count, address, value}], left: {bytes, files: []}}
 *   previous         [{name, container, link, stop, trust, why}]: the checkpoints before an
 *                    incremental one, the latest first: id of the container; where its own link
 *                    "parent" leads; why reading it stopped, as of error; what its own report
 *                    says of trust. Their images are those of the dump
 *   logHead          how dump.log begins, if only its end was added
 *   image            {form, manifest, index, config, layer, layers}: names of added files; packed
 *                    {layer, member}: an archive of a checkpoint that a layer holds as a file
 *   sha256           of the file, if all of it was read
 *   digests          [{name, size, sha256}]: of members that an image or a pod gives digests of;
 *                    sha256 "": not computed
 * The report is the JSON text that report.def describes.
 */
#ifndef CKPT_RULES_VALIDATE_H
#define CKPT_RULES_VALIDATE_H

#include "archive/archive.h"
#include "checkpoint/checkpoint.h"

struct ckpt_dump;

struct ckpt_rules;

/* A new validation; NULL without memory. */
struct ckpt_rules *ckpt_validation_new(ckpt_summary *summary);
void ckpt_validation_free(struct ckpt_rules *rules);

/* Reads the options. False: they are wrong (*problem says why, good until the validation is
   freed), or no memory (*problem is empty). */
bool ckpt_validation_start(struct ckpt_rules *rules, ckpt_string options, ckpt_string *problem);

/* Adds members, as records: of the checkpoint (scope ""), of an archive inside of it
   ("rootfs-diff.tar", "volumes/x.tar"), or of the image around it ("image:"). */
void ckpt_validation_add_records(struct ckpt_rules *rules, ckpt_string scope,
                                 const uint8_t *records, size_t length);

/* Adds what the reader of an archive said of it, by the same scopes. */
void ckpt_validation_add_archive(struct ckpt_rules *rules, ckpt_string scope,
                                 const struct ckpt_archive_info *info);

/* The images of CRIU, read; borrowed until the report is made. Without them nothing is said about
   processes, files and memory, and no target simply "restores". */
void ckpt_validation_set_dump(struct ckpt_rules *rules, struct ckpt_dump *dump);

/* The report. It is the summary's, until that writes another text; length 0: no memory. */
ckpt_string ckpt_validation_finish(struct ckpt_rules *rules, ckpt_string facts);

#endif
