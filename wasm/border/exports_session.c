/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints for JavaScript; wasm/api/summary.js and validate.js are the other side. Texts are
 * answered as a pointer to {address, length}, good until the next call.
 */
#include "checkpoint/members.h"
#include "session/session.h"

int ckpt_wasm_member_use(const char *name, uint32_t length, double size);
struct ckpt_session *ckpt_wasm_session_new(const char *prefix, uint32_t length);
void ckpt_wasm_session_free(struct ckpt_session *session);
void ckpt_wasm_session_records(struct ckpt_session *session, const uint8_t *records,
                               uint32_t length);
char *ckpt_wasm_session_reserve(struct ckpt_session *session, uint32_t length);
int ckpt_wasm_session_file(struct ckpt_session *session, const char *name, uint32_t name_length,
                           const void *bytes, uint32_t length);
const void *ckpt_wasm_session_summary(struct ckpt_session *session, double size, int directory);
const void *ckpt_wasm_session_validate(struct ckpt_session *session, const char *options,
                                       uint32_t length);
void ckpt_wasm_session_validate_records(struct ckpt_session *session, const char *scope,
                                        uint32_t scope_length, const uint8_t *records,
                                        uint32_t length);
void ckpt_wasm_session_validate_archive(struct ckpt_session *session, const char *scope,
                                        uint32_t scope_length,
                                        const struct ckpt_archive_info *info);
void ckpt_wasm_session_validate_dump(struct ckpt_session *session, struct ckpt_dump *dump);
const void *ckpt_wasm_session_report(struct ckpt_session *session, const char *facts,
                                     uint32_t length);

static ckpt_string answer;

/* enum ckpt_member_use */
int ckpt_wasm_member_use(const char *name, uint32_t length, double size)
{
    return (int)ckpt_member_use(name, length, (uint64_t)size);
}

struct ckpt_session *ckpt_wasm_session_new(const char *prefix, uint32_t length)
{
    return ckpt_session_new((ckpt_string){prefix, length});
}

void ckpt_wasm_session_free(struct ckpt_session *session)
{
    ckpt_session_free(session);
}

void ckpt_wasm_session_records(struct ckpt_session *session, const uint8_t *records,
                               uint32_t length)
{
    ckpt_summary_add_records(session->summary, records, length);
}

/* Memory for the content of the next file. NULL: no memory. */
char *ckpt_wasm_session_reserve(struct ckpt_session *session, uint32_t length)
{
    return ckpt_summary_reserve(session->summary, length);
}

int ckpt_wasm_session_file(struct ckpt_session *session, const char *name, uint32_t name_length,
                           const void *bytes, uint32_t length)
{
    return ckpt_summary_add_file(session->summary, name, name_length, bytes, length);
}

const void *ckpt_wasm_session_summary(struct ckpt_session *session, double size, int directory)
{
    answer = ckpt_summary_finish(session->summary, (uint64_t)size, directory != 0);
    return &answer;
}

/* The problem with the options, or an empty text. NULL: no memory. */
const void *ckpt_wasm_session_validate(struct ckpt_session *session, const char *options,
                                       uint32_t length)
{
    bool good = ckpt_session_validate(session, (ckpt_string){options, length}, &answer);
    return good || answer.length != 0 ? &answer : NULL;
}

/* Only between ckpt_wasm_session_validate() and ckpt_wasm_session_report(). */
void ckpt_wasm_session_validate_records(struct ckpt_session *session, const char *scope,
                                        uint32_t scope_length, const uint8_t *records,
                                        uint32_t length)
{
    ckpt_validation_add_records(session->validation, (ckpt_string){scope, scope_length}, records,
                                length);
}

/* Of an archive that was read: what ckpt_wasm_archive_info() gave. */
void ckpt_wasm_session_validate_archive(struct ckpt_session *session, const char *scope,
                                        uint32_t scope_length, const struct ckpt_archive_info *info)
{
    ckpt_validation_add_archive(session->validation, (ckpt_string){scope, scope_length}, info);
}

/* The images; good until the report is made. */
void ckpt_wasm_session_validate_dump(struct ckpt_session *session, struct ckpt_dump *dump)
{
    ckpt_validation_set_dump(session->validation, dump);
}

const void *ckpt_wasm_session_report(struct ckpt_session *session, const char *facts,
                                     uint32_t length)
{
    answer = ckpt_validation_finish(session->validation, (ckpt_string){facts, length});
    return &answer;
}
