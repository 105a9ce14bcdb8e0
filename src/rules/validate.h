/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation: why a checkpoint will not restore, and whether it is hostile. It goes with a summary:
 *
 *   ckpt_summary *s = ckpt_summary_new("", 0);
 *   ckpt_summary_add_file(s, …);                   // as for the summary
 *   ckpt_validation_start(s, options, &problem);
 *   ckpt_validation_add_records(s, …);
 *   report = ckpt_validation_finish(s, facts);
 *
 * `options` is a JSON object, every member may be missing:
 *   targets     ["podman@5.2", "crun"]: what is to restore it; without it all are judged, and the
 *               rules about a target are reported for none
 *   only, ignore  ["CKP109", "CKP8*"]
 *   severities  {"CKP109": "error" | "warning" | "info" | "off"}
 *   limits      {"perRule": 100, "total": 1000}: findings listed
 *   reveal      true: secrets are not masked
 *   now         Unix seconds, for the rules about times
 *   file        {"name", "mode"}: of the archive itself
 * `facts` is a JSON object about the archive:
 *   size, directory  as for ckpt_summary_finish
 *   compression, outerCompression
 *   end              "clean", "one-zero-block" or "no-mark"; endOffset
 *   trailing         {bytes, nonzero, offset}; garbageOffset
 *   error            {code, message, offset, have, want, member}
 *   nested           [{name, compression, error}]
 *   logHead          how dump.log begins, if only its end was added
 *   image            {form, manifest, index, config, layer, layers}: names of added files
 * The report is the JSON text that report.def describes.
 */
#ifndef CKPT_RULES_VALIDATE_H
#define CKPT_RULES_VALIDATE_H

#include "checkpoint/checkpoint.h"

/* Begins a validation. False: the options are wrong (*problem says why, good until the summary is
   freed), or no memory (*problem is empty). */
bool ckpt_validation_start(ckpt_summary *summary, ckpt_string options, ckpt_string *problem);

/* Adds members, as records: of the checkpoint (scope ""), of an archive inside of it
   ("rootfs-diff.tar", "volumes/x.tar"), or of the image around it ("image:"). */
void ckpt_validation_add_records(ckpt_summary *summary, ckpt_string scope, const uint8_t *records,
                                 size_t length);

/* The report. It is the summary's, until it is freed; length 0: no memory. */
ckpt_string ckpt_validation_finish(ckpt_summary *summary, ckpt_string facts);

#endif
