/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/secrets.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_alnum(char c)
{
    return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z');
}

static char upper_of(char c)
{
    if (c >= 'a' && c <= 'z')
        return (char)(c - 'a' + 'A');
    return c;
}

/* What keys and tokens are written with. */
static bool is_token(char c)
{
    return is_alnum(c) || c == '_' || c == '-';
}

/* ---- names ----------------------------------------------------------------------------------- */

enum { LONGEST_NAME = 96 };

/* Names that end so say something about a secret, they do not hold it. */
static const char about[] =
    "FILE\0FILES\0PATH\0DIR\0DIRECTORY\0NAME\0NAMES\0ID\0IDS\0TTL\0URL\0URI\0"
    "ENDPOINT\0HOST\0PORT\0USER\0USERNAME\0EXPIRY\0EXPIRES\0EXPIRATION\0"
    "TIMEOUT\0LENGTH\0LEN\0SIZE\0TYPE\0ALGORITHM\0ALG\0COUNT\0LIMIT\0MIN\0MAX\0"
    "ENABLE\0ENABLED\0DISABLED\0REQUIRED\0POLICY\0PREFIX\0SUFFIX\0HEADER\0"
    "ISSUER\0AUDIENCE\0VERSION\0MODE\0FORMAT\0PROVIDER\0STORE\0BACKEND\0ROTATION\0"
    "INTERVAL\0AGE\0LIFETIME\0REF\0HINT\0PROMPT\0RESET\0ARN\0SCOPE\0CLASS\0"
    "LOCATION\0MOUNT\0VOLUME\0SERVICE\0MANAGER\0REGION\0FIELD\0PUBLIC\0CHARS\0";
static const char telling[] = "PASSWORD\0PASSWD\0PASSPHRASE\0PASSCODE\0SECRET\0TOKEN\0APIKEY\0"
                              "PRIVATEKEY\0SECRETKEY\0ACCESSKEY\0CREDENTIAL\0CREDENTIALS\0";
static const char kinds_of_key[] =
    "API\0PRIVATE\0SECRET\0ACCESS\0ENCRYPTION\0SIGNING\0MASTER\0ACCOUNT\0"
    "SHARED\0";

/* The name in capitals, with '_' between its words: db-password, dbPassword, DB_PASSWORD alike. */
static size_t plain_name(ckpt_string name, char out[2 * LONGEST_NAME])
{
    size_t n = 0;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool upper = is_upper(c), after = i != 0 && is_upper(name.data[i - 1]);
        bool lower_next = i + 1 < name.length && name.data[i + 1] >= 'a' && name.data[i + 1] <= 'z';
        if (!is_alnum(c)) {
            out[n++] = '_';
            continue;
        }
        if (upper && i != 0 && out[n - 1] != '_' && (!after || lower_next))
            out[n++] = '_';
        out[n++] = upper_of(c);
    }
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

bool ckpt_secret_name(ckpt_string name, bool strict)
{
    char plain[2 * LONGEST_NAME];
    if (name.length < 3 || name.length > LONGEST_NAME)
        return false;
    size_t end = plain_name(name, plain);
    while (end != 0 && (plain[end - 1] == '_' || is_digit(plain[end - 1])))
        end--;
    if (!may_tell(plain, end))
        return false;
    bool last = true;
    ckpt_string behind = {"", 0}; /* the word behind this one */
    for (;; last = false) {       /* word by word, from the end */
        size_t from = end;
        while (from != 0 && plain[from - 1] != '_')
            from--;
        ckpt_string word = {plain + from, end - from};
        if (last && ckpt_is_one_of(word, about))
            return false;
        if (ckpt_ends_one_of(word, telling) ||
            (ckpt_equals(behind, "KEY") && ckpt_is_one_of(word, kinds_of_key)) ||
            (last && from != 0 && ckpt_is_one_of(word, "PASS\0PWD\0")))
            return true;
        if (from == 0 || (strict && !(last && ckpt_equals(word, "KEY"))))
            return false;
        behind = word;
        end = from - 1;
    }
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool is_path(ckpt_string value)
{
    if (value.length == 0 || (value.data[0] != '/' && value.data[0] != '.' && value.data[0] != '~'))
        return false;
    for (size_t i = 0; i < value.length; i++)
        if (!is_token(value.data[i]) && memchr("/.~:@", value.data[i], 5) == NULL)
            return false;
    return true;
}

bool ckpt_secret_value(ckpt_string value)
{
    static const char references[] =
        "$\0`\0%(\0{{\0<\0(\0[\0=\0*\0•\0file:\0vault:\0arn:\0env:\0op://\0"
        "http://\0https://\0@/\0ref+\0secretref:\0";
    static const char switches[] =
        "TRUE\0FALSE\0YES\0NO\0ON\0OFF\0NULL\0NONE\0NIL\0ENABLED\0DISABLED\0"
        "REQUIRED\0OPTIONAL\0PROMPT\0REDACTED\0MASKED\0HIDDEN\0UNDEFINED\0";
    char upper[12];
    if (value.length == 0 || is_path(value) || ckpt_starts_one_of(value, references))
        return false;
    bool digits = true, same = value.length > 2;
    for (size_t i = 0; i < value.length; i++) {
        digits = digits && is_digit(value.data[i]);
        same = same && value.data[i] == value.data[0];
    }
    if (same || (digits && value.length < 4))
        return false;
    if (value.length > sizeof(upper))
        return true;
    for (size_t i = 0; i < value.length; i++)
        upper[i] = upper_of(value.data[i]);
    return !ckpt_is_one_of((ckpt_string){upper, value.length}, switches);
}

/* ---- texts ----------------------------------------------------------------------------------- */

static size_t end_of(ckpt_string text, size_t from, const char *stops, size_t count)
{
    while (from < text.length && memchr(stops, text.data[from], count) == NULL)
        from++;
    return from;
}

/* An assignment whose '=' stands at `at`. */
static bool assignment(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    static const char ends[] = " \t\r\n;&|,\"'()<>[\\";
    size_t from = at;
    while (from != 0 && at - from <= LONGEST_NAME &&
           (is_token(text.data[from - 1]) || text.data[from - 1] == '.'))
        from--;
    bool flag = from < at && text.data[from] == '-';
    while (from < at && text.data[from] == '-')
        from++;
    ckpt_string name = ckpt_slice_of(text, from, at);
    bool lower = false;
    for (size_t i = 0; i < name.length; i++)
        lower = lower ||
                (is_alnum(name.data[i]) && (name.data[i] & 0x20) != 0 && !is_digit(name.data[i]));
    if (!ckpt_secret_name(name, lower) || (flag && ckpt_equals(name, "secret")))
        return false; /* --secret names one */
    size_t start = at + 1, end = text.length;
    const char *quote = text.data + start;
    if (start < text.length && (*quote == '"' || *quote == '\'')) {
        end = end_of(text, ++start, quote, 1);
    } else if (end_of(text, 0, ends, sizeof(ends) - 1) < from) {
        end = end_of(text, start, ends, sizeof(ends) - 1); /* in the midst of other text */
        if (end < text.length && (text.data[end] == '(' || text.data[end] == '['))
            return false; /* code */
    }
    if (!ckpt_secret_value(ckpt_slice_of(text, start, end)))
        return false;
    *secret = (struct ckpt_secret){start, end, name, NULL};
    return true;
}

/* A URL with a password, whose "://" stands at `at`. */
static bool url(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    if (at == 0 || !is_alnum(text.data[at - 1]) ||
        !ckpt_starts(ckpt_slice_of(text, at, text.length), "://"))
        return false;
    size_t from = at + 3, colon = SIZE_MAX, to = SIZE_MAX;
    for (size_t i = from; i < text.length && memchr("/?# \t\r\n\"'<>\\", text.data[i], 11) == NULL;
         i++) {
        if (text.data[i] == ':' && colon == SIZE_MAX)
            colon = i + 1;
        if (text.data[i] == '@')
            to = i;
    }
    if (colon >= to || to == SIZE_MAX || !ckpt_secret_value(ckpt_slice_of(text, colon, to)))
        return false;
    *secret = (struct ckpt_secret){colon, to, {"", 0}, "a password in a URL"};
    return true;
}

static size_t token_end(ckpt_string text, size_t from)
{
    while (from < text.length && is_token(text.data[from]))
        from++;
    return from;
}

/* A JSON web token: header and claims are objects, {"… in base64url. */
static bool web_token(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    size_t claims = token_end(text, at), mark;
    if (claims < at + 10 || !ckpt_starts(ckpt_slice_of(text, claims, text.length), ".eyJ"))
        return false;
    mark = token_end(text, claims + 1);
    if (mark < claims + 10 || mark >= text.length || text.data[mark] != '.')
        return false;
    *secret = (struct ckpt_secret){at, token_end(text, mark + 1), {"", 0}, "a JSON web token"};
    return true;
}

static bool private_key(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    ckpt_string head = ckpt_slice_of(text, at, at + 48);
    if (!ckpt_starts(head, "-----BEGIN ") || ckpt_index_of(head, "PRIVATE KEY") == SIZE_MAX)
        return false;
    *secret = (struct ckpt_secret){at, text.length, {"", 0}, "a private key"};
    return true;
}

/* A key or token that begins at `at`, by its first letters. */
static bool shaped(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    static const struct {
        const char *start;
        uint8_t rest; /* so many characters follow at least */
        bool upper;   /* exactly so many, in capitals and digits */
        const char *what;
    } shapes[] = {
        {"AKIA", 16, true, "an access key of AWS"},
        {"ASIA", 16, true, "an access key of AWS"},
        {"AIza", 30, false, "an API key of Google"},
        {"ghp_", 20, false, "a token of GitHub"},
        {"gho_", 20, false, "a token of GitHub"},
        {"ghu_", 20, false, "a token of GitHub"},
        {"ghs_", 20, false, "a token of GitHub"},
        {"ghr_", 20, false, "a token of GitHub"},
        {"github_pat_", 20, false, "a token of GitHub"},
        {"glpat-", 20, false, "a token of GitLab"},
        {"xoxa-", 10, false, "a token of Slack"},
        {"xoxb-", 10, false, "a token of Slack"},
        {"xoxp-", 10, false, "a token of Slack"},
        {"xoxr-", 10, false, "a token of Slack"},
        {"xoxs-", 10, false, "a token of Slack"},
        {"xapp-", 10, false, "a token of Slack"},
        {"sk_live_", 10, false, "a key of Stripe"},
        {"rk_live_", 10, false, "a key of Stripe"},
        {"sk-proj-", 20, false, "a key of OpenAI"},
        {"sk-ant-", 20, false, "a key of Anthropic"},
        {"npm_", 36, false, "a token of npm"},
        {"pypi-", 40, false, "a token of PyPI"},
        {"hf_", 30, false, "a token of Hugging Face"},
    };
    ckpt_string rest = ckpt_slice_of(text, at, text.length);
    if (ckpt_starts(rest, "eyJ"))
        return web_token(text, at, secret);
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        if (rest.length < 4 || rest.data[1] != shapes[i].start[1] ||
            !ckpt_starts(rest, shapes[i].start))
            continue;
        size_t from = at + strlen(shapes[i].start), to = token_end(text, from);
        bool fits = shapes[i].upper ? to - from == shapes[i].rest : to - from >= shapes[i].rest;
        for (size_t j = from; j < to && fits && shapes[i].upper; j++)
            fits = is_digit(text.data[j]) || is_upper(text.data[j]);
        if (!fits)
            continue;
        *secret = (struct ckpt_secret){from, to, {"", 0}, shapes[i].what};
        return true;
    }
    return false;
}

bool ckpt_secret_in(ckpt_string text, size_t from, struct ckpt_secret *secret)
{
    enum { SHORTEST = 14 }; /* of keys, tokens and all else without a name in front */
    if (text.length < SHORTEST && ckpt_index_of(text, "=") == SIZE_MAX &&
        ckpt_index_of(text, ":") == SIZE_MAX)
        return false;
    bool inside = from != 0; /* of a word */
    for (size_t i = from; i < text.length; i++) {
        char c = text.data[i];
        bool word = is_token(c);
        if ((c == '=' && assignment(text, i, secret)) || (c == ':' && url(text, i, secret)) ||
            (c == '-' && !inside && private_key(text, i, secret)))
            return true;
        if (word && !inside && memchr("AaegpxsrnhE", c, 11) != NULL && shaped(text, i, secret))
            return true;
        inside = word;
    }
    return false;
}
