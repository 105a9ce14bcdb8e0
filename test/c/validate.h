/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_TEST_VALIDATE_H
#define CKPT_TEST_VALIDATE_H

/*
 * Validates what comes from the standard input, and prints every report on a line of its own. The
 * input is parts: a letter, the lengths of name and body (32 bits each, little-endian), name, body.
 * f: a file. r: records of members, named by where they are. d: an image of
 * CRIU, named as in its directory. o: options. x: facts, after which the
 * report is made and all is forgotten. Answers the exit code.
 */
int validate_stream(void);

#endif
