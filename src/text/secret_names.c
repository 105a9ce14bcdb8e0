/* SPDX-License-Identifier: Apache-2.0 */
/* What secrets are called, and what they are not. */
#include <string.h>

#include "text/letters.h"
#include "text/secrets.h"

enum { LONGEST_NAME = 96, LOOKED_AT = 256 };

/* Names that end so say something about a secret, they do not hold it. */
static const char about[] =
    "FILE\0FILES\0PATH\0DIR\0DIRECTORY\0NAME\0NAMES\0ID\0IDS\0TTL\0URL\0URI\0"
    "ENDPOINT\0HOST\0PORT\0USER\0USERNAME\0EXPIRY\0EXPIRES\0EXPIRATION\0"
    "TIMEOUT\0LENGTH\0LEN\0SIZE\0TYPE\0ALGORITHM\0ALG\0COUNT\0LIMIT\0MIN\0MAX\0"
    "ENABLE\0ENABLED\0DISABLED\0REQUIRED\0POLICY\0PREFIX\0SUFFIX\0HEADER\0"
    "ISSUER\0AUDIENCE\0VERSION\0MODE\0FORMAT\0PROVIDER\0STORE\0BACKEND\0ROTATION\0"
    "INTERVAL\0AGE\0LIFETIME\0REF\0HINT\0PROMPT\0RESET\0ARN\0SCOPE\0CLASS\0"
    "LOCATION\0MOUNT\0VOLUME\0SERVICE\0MANAGER\0REGION\0FIELD\0PUBLIC\0CHARS\0";
static const char telling[] =
    "PASSWORD\0PASSWD\0PASSPHRASE\0PASSCODE\0SECRET\0TOKEN\0APIKEY\0"
    "PRIVATEKEY\0SECRETKEY\0ACCESSKEY\0CREDENTIAL\0CREDENTIALS\0PASSKEY\0";
static const char kinds_of_key[] =
    "API\0PRIVATE\0SECRET\0ACCESS\0ENCRYPTION\0SIGNING\0MASTER\0ACCOUNT\0"
    "SHARED\0";
/* These need a value that looks random. */
static const char hints[] =
    "KEY\0AUTH\0SALT\0SEED\0PEPPER\0WEBHOOK\0SIG\0SIGNATURE\0COOKIE\0PASS\0PWD\0"
    "PSK\0CREDS\0CRED\0JWT\0OTP\0TOTP\0SID\0BEARER\0AUTHORIZATION\0"
    "SESSION\0SESSIONID\0SESSID\0PHPSESSID\0JSESSIONID\0";
/* Keys that are no secrets, or no keys to anything. */
static const char open_keys[] = "PUBLIC\0PUB\0SORT\0PARTITION\0PRIMARY\0FOREIGN\0GPG\0PGP\0CACHE\0"
                                "ROUTING\0HASH\0INDEX\0PUBLISHABLE\0REGISTRY\0SITE\0";
/* Words after the telling one that say how it is written. */
static const char written[] = "DATA\0BASE\0BASE64\0B64\0VALUE\0STRING\0RAW\0DEFAULT\0CURRENT\0";
static const char other_pass[] =
    "BYPASS\0COMPASS\0ENCOMPASS\0TRESPASS\0SURPASS\0OVERPASS\0UNDERPASS\0"
    "HIGHPASS\0LOWPASS\0BANDPASS\0MULTIPASS\0";

/* The name in capitals, with '_' between its words: db-password, dbPassword, DB_PASSWORD alike. */
static size_t plain_name(ckpt_string name, char out[2 * LONGEST_NAME])
{
    size_t n = 0;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool upper = ckpt_is_upper(c), after = i != 0 && ckpt_is_upper(name.data[i - 1]);
        bool lower_next = i + 1 < name.length && ckpt_is_lower(name.data[i + 1]);
        if (!ckpt_is_alnum(c)) {
            out[n++] = '_';
            continue;
        }
        if (upper && i != 0 && out[n - 1] != '_' && (!after || lower_next))
            out[n++] = '_';
        out[n++] = ckpt_to_upper(c);
    }
    while (n != 0 && (out[n - 1] == '_' || ckpt_is_digit(out[n - 1])))
        n--;
    return n;
}

/* Whether some telling word can be in a plain name: most names have none. */
static bool may_tell(const char *plain, size_t length)
{
    static const char seeds[] = "PASSECTOKKEYCREPWD";
    for (size_t i = 0; i + 3 <= length; i++)
        for (size_t j = 0; j + 1 < sizeof(seeds); j += 3)
            if (plain[i] == seeds[j] && memcmp(plain + i, seeds + j, 3) == 0)
                return true;
    return false;
}

/* The last word in front of byte `end`. */
static ckpt_string last_word(const char *plain, size_t end)
{
    size_t from = end;
    while (from != 0 && plain[from - 1] != '_')
        from--;
    return (ckpt_string){plain + from, end - from};
}

bool ckpt_secret_name(ckpt_string name, bool strict)
{
    char plain[2 * LONGEST_NAME];
    if (name.length < 3 || name.length > LONGEST_NAME)
        return false;
    CKPT_SECRET_WORK(name.length);
    size_t end = plain_name(name, plain);
    if (!may_tell(plain, end))
        return false;
    bool last = true;
    ckpt_string behind = {"", 0}; /* the word after this one */
    for (;; last = false) {       /* word by word, from the end */
        ckpt_string word = last_word(plain, end);
        bool first = word.data == plain;
        if (last && ckpt_is_one_of(word, about))
            return false;
        if (ckpt_ends_one_of(word, telling) ||
            (ckpt_equals(behind, "KEY") && ckpt_is_one_of(word, kinds_of_key)) ||
            (last && !first && ckpt_is_one_of(word, "PASS\0PWD\0")) ||
            (last && word.length > 4 && ckpt_ends(word, "PASS") &&
             !ckpt_is_one_of(word, other_pass)))
            return true;
        if (first || (strict && !(last && ckpt_equals(word, "KEY"))))
            return false;
        behind = word;
        end = (size_t)(word.data - plain) - 1;
    }
}

bool ckpt_secret_hint(ckpt_string name)
{
    char plain[2 * LONGEST_NAME];
    if (name.length < 3 || name.length > LONGEST_NAME)
        return false;
    CKPT_SECRET_WORK(name.length);
    size_t end = plain_name(name, plain);
    ckpt_string word = last_word(plain, end), before = {"", 0};
    if (ckpt_is_one_of(word, written) && word.data != plain)
        word = last_word(plain, (size_t)(word.data - plain) - 1);
    if (word.data != plain)
        before = last_word(plain, (size_t)(word.data - plain) - 1);
    return ckpt_is_one_of(word, hints) && !ckpt_is_one_of(before, open_keys);
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool is_path(ckpt_string value)
{
    if (value.length == 0 || (value.data[0] != '/' && value.data[0] != '.' && value.data[0] != '~'))
        return false;
    for (size_t i = 0; i < value.length; i++)
        if (!ckpt_is_token(value.data[i]) && memchr("/.~:@", value.data[i], 5) == NULL)
            return false;
    return true;
}

/* What documentation writes in place of a secret: YOUR_API_KEY, AKIAIOSFODNN7EXAMPLE, ghp_xxxx…,
   sk-..., %NAME%. */
static bool is_placeholder(ckpt_string value)
{
    enum { RUN = 8 };
    size_t run = 0, odd = 0;
    for (size_t i = 0; i < value.length; i++) {
        char c = value.data[i];
        run = i > 0 && (c == 'x' || c == 'X') && c == value.data[i - 1] ? run + 1 : 1;
        if (run >= RUN)
            return true;
        odd += c != 'x' && c != 'X' && c != '-' && c != '_';
    }
    return (odd == 0 && value.length > 3) ||
           ckpt_ends_one_of(value, "EXAMPLE\0EXAMPLEKEY\0...\0…\0") ||
           ckpt_starts_one_of(value, "YOUR_\0YOUR-\0your_\0your-\0Your-\0your \0") ||
           (value.length > 1 && value.data[0] == '%' && value.data[value.length - 1] == '%');
}

bool ckpt_secret_value(ckpt_string value)
{
    static const char references[] =
        "$\0`\0%(\0{{\0<\0(\0[\0=\0*\0•\0file:\0vault:\0arn:\0env:\0op://\0"
        "http://\0https://\0@/\0ref+\0secretref:\0data:\0"
        /* public keys */
        "age1\0ssh-\0ecdsa-\0pk_\0-----BEGIN PUBLIC\0-----BEGIN CERT\0";
    static const char switches[] =
        "TRUE\0FALSE\0YES\0NO\0ON\0OFF\0NULL\0NONE\0NIL\0ENABLED\0DISABLED\0"
        "REQUIRED\0OPTIONAL\0PROMPT\0REDACTED\0MASKED\0HIDDEN\0UNDEFINED\0"
        "PLACEHOLDER\0REPLACE_ME\0REPLACE-ME\0REPLACEME\0EXAMPLE\0TODO\0DUMMY\0";
    char upper[12];
    ckpt_string start = ckpt_slice_of(value, 0, LOOKED_AT);
    CKPT_SECRET_WORK(start.length);
    if (value.length == 0 || is_path(start) || ckpt_starts_one_of(value, references) ||
        is_placeholder(start))
        return false;
    bool digits = true, same = value.length > 2;
    for (size_t i = 0; i < start.length; i++) {
        digits = digits && ckpt_is_digit(value.data[i]);
        same = same && value.data[i] == value.data[0];
    }
    if (same || (digits && value.length < 4))
        return false;
    if (value.length > sizeof(upper))
        return true;
    for (size_t i = 0; i < value.length; i++)
        upper[i] = ckpt_to_upper(value.data[i]);
    return !ckpt_is_one_of((ckpt_string){upper, value.length}, switches);
}

bool ckpt_looks_random(ckpt_string value)
{
    enum { SHORTEST = 12, LONG = 16, HEX = 32 };
    size_t upper = 0, lower = 0, digit = 0, changes = 0, other = 0, hex = 0, slashes = 0;
    ckpt_string v = ckpt_slice_of(value, 0, LOOKED_AT);
    int before = -1;
    CKPT_SECRET_WORK(v.length);
    for (size_t i = 0; i < v.length; i++) {
        char c = v.data[i];
        int kind = ckpt_is_digit(c) ? 0 : ckpt_is_lower(c) ? 1 : ckpt_is_upper(c) ? 2 : 3;
        if (kind == 3 && memchr("+/=_-.~%!#*@^&", c, 14) == NULL)
            return false;
        digit += kind == 0;
        lower += kind == 1;
        upper += kind == 2;
        other += kind == 3;
        slashes += c == '/';
        hex += kind == 0 || (c >= 'a' && c <= 'f');
        changes += before >= 0 && kind != 3 && kind != before;
        before = kind == 3 ? before : kind;
    }
    size_t n = v.length;
    if (n < SHORTEST || other > n / 6 + 1 || slashes > n / 12 + 1)
        return false;
    if (digit == 0)
        return upper >= 4 && lower >= 4 && changes * 2 >= n;
    if (upper >= 2 && lower >= 2)
        return changes >= n / 4;
    if (hex == n)
        return n >= HEX && digit >= 6 && lower >= 6;
    return n >= LONG && lower >= 4 && digit * 6 >= n && changes * 3 >= n && other == 0;
}

/* The name of a Kubernetes object, which "secret" often has. */
static bool is_object_name(ckpt_string value)
{
    bool dash = false;
    for (size_t i = 0; i < value.length && i < LOOKED_AT; i++) {
        char c = value.data[i];
        if (!ckpt_is_lower(c) && !ckpt_is_digit(c) && memchr("-./", c, 3) == NULL)
            return false;
        dash = dash || c == '-' || c == '/';
    }
    return dash;
}

bool ckpt_is_secret(ckpt_string name, ckpt_string value, bool strict)
{
    for (size_t i = name.length; strict && i > 0; i--) /* of an annotation: after its domain */
        if (name.data[i - 1] == '/') {
            name = ckpt_slice_of(name, i, name.length);
            break;
        }
    if (!ckpt_secret_value(value))
        return false;
    if (strict && ckpt_ends_one_of(name, "secret\0Secret\0") && is_object_name(value))
        return false;
    return ckpt_secret_name(name, strict) || (ckpt_secret_hint(name) && ckpt_looks_random(value));
}
