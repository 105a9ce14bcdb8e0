/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and tokens that say themselves what they are. */
#include <string.h>

#include "text/letters.h"
#include "text/secrets.h"

/* What follows the first letters of a token. */
enum form {
    TOKEN,    /* letters, digits, '-' and '_' */
    CAPITALS, /* capitals and digits, exactly this many */
    RANDOM,   /* as TOKEN, and it looks random: the first letters alone say little */
    DOTTED,   /* as TOKEN, with dots in it */
    HEX,      /* hexadecimal digits, exactly this many */
    BASE64    /* as TOKEN, with '+', '/' and '=' in it */
};

static const struct {
    const char *start;
    uint8_t rest; /* characters that follow, at least */
    uint8_t form;
    const char *what;
} shapes[] = {
    {"AKIA", 16, CAPITALS, "an access key of AWS"},
    {"ASIA", 16, CAPITALS, "an access key of AWS"},
    {"ABIA", 16, CAPITALS, "an access key of AWS"},
    {"ACCA", 16, CAPITALS, "an access key of AWS"},
    {"LTAI", 12, RANDOM, "an access key of Alibaba Cloud"},
    {"AIza", 30, TOKEN, "an API key of Google"},
    {"GOCSPX-", 20, TOKEN, "a client secret of Google"},
    {"ya29.", 20, DOTTED, "a token of Google"},
    {"AGE-SECRET-KEY-", 40, TOKEN, "a key of age"},
    {"ghp_", 20, TOKEN, "a token of GitHub"},
    {"gho_", 20, TOKEN, "a token of GitHub"},
    {"ghu_", 20, TOKEN, "a token of GitHub"},
    {"ghs_", 20, TOKEN, "a token of GitHub"},
    {"ghr_", 20, TOKEN, "a token of GitHub"},
    {"github_pat_", 20, TOKEN, "a token of GitHub"},
    {"glpat-", 20, TOKEN, "a token of GitLab"},
    {"glrt-", 20, TOKEN, "a token of GitLab"},
    {"gldt-", 20, TOKEN, "a token of GitLab"},
    {"glcbt-", 20, TOKEN, "a token of GitLab"},
    {"glptt-", 20, TOKEN, "a token of GitLab"},
    {"glft-", 20, TOKEN, "a token of GitLab"},
    {"glimt-", 20, TOKEN, "a token of GitLab"},
    {"glagent-", 20, TOKEN, "a token of GitLab"},
    {"glsoat-", 20, TOKEN, "a token of GitLab"},
    {"gloas-", 20, TOKEN, "a token of GitLab"},
    {"xoxe.xoxp-", 10, TOKEN, "a token of Slack"},
    {"xox", 12, TOKEN, "a token of Slack"},
    {"xapp-", 10, TOKEN, "a token of Slack"},
    {"sk_live_", 10, TOKEN, "a key of Stripe"},
    {"rk_live_", 10, TOKEN, "a key of Stripe"},
    {"sk_test_", 10, TOKEN, "a key of Stripe"},
    {"rk_test_", 10, TOKEN, "a key of Stripe"},
    {"whsec_", 16, TOKEN, "a secret of Stripe"},
    {"sk-proj-", 20, TOKEN, "a key of OpenAI"},
    {"sk-ant-", 20, TOKEN, "a key of Anthropic"},
    {"sk-", 20, RANDOM, "a secret key"},
    {"npm_", 36, TOKEN, "a token of npm"},
    {"pypi-", 40, TOKEN, "a token of PyPI"},
    {"rubygems_", 30, TOKEN, "a key of RubyGems"},
    {"hf_", 30, TOKEN, "a token of Hugging Face"},
    {"r8_", 30, RANDOM, "a token of Replicate"},
    {"gsk_", 30, RANDOM, "a key of Groq"},
    {"pplx-", 30, RANDOM, "a key of Perplexity"},
    {"xai-", 30, RANDOM, "a key of xAI"},
    {"dckr_", 20, TOKEN, "a token of Docker"},
    {"hvs.", 20, DOTTED, "a token of Vault"},
    {"hvb.", 20, DOTTED, "a token of Vault"},
    {"hvr.", 20, DOTTED, "a token of Vault"},
    {"s.", 24, RANDOM, "a token of Vault"},
    {"shpat_", 30, TOKEN, "a token of Shopify"},
    {"shpca_", 30, TOKEN, "a token of Shopify"},
    {"shppa_", 30, TOKEN, "a token of Shopify"},
    {"shpss_", 30, TOKEN, "a token of Shopify"},
    {"dop_v1_", 40, TOKEN, "a token of DigitalOcean"},
    {"doo_v1_", 40, TOKEN, "a token of DigitalOcean"},
    {"dor_v1_", 40, TOKEN, "a token of DigitalOcean"},
    {"PMAK-", 20, TOKEN, "a key of Postman"},
    {"SG.", 40, DOTTED, "a key of SendGrid"},
    {"SWMTKN-", 30, TOKEN, "a join token of Docker Swarm"},
    {"NRAK-", 20, TOKEN, "a key of New Relic"},
    {"nfp_", 30, RANDOM, "a token of Netlify"},
    {"lin_api_", 30, TOKEN, "a key of Linear"},
    {"ntn_", 30, RANDOM, "a token of Notion"},
    {"figd_", 30, TOKEN, "a token of Figma"},
    {"glsa_", 30, TOKEN, "a token of Grafana"},
    {"glc_", 30, TOKEN, "a token of Grafana"},
    {"dp.", 30, DOTTED, "a token of Doppler"},
    {"pscale_", 30, RANDOM, "a token of PlanetScale"},
    {"sbp_", 30, RANDOM, "a token of Supabase"},
    {"ATATT", 30, BASE64, "a token of Atlassian"},
    {"ATBB", 20, RANDOM, "a token of Bitbucket"},
    {"CFPAT-", 30, TOKEN, "a token of Contentful"},
    {"AKCp", 40, RANDOM, "a key of Artifactory"},
    {"oy2", 40, RANDOM, "a key of NuGet"},
    {"sq0", 20, RANDOM, "a token of Square"},
    {"EAAC", 60, RANDOM, "a token of Facebook"},
    {"tskey-", 16, TOKEN, "a key of Tailscale"},
    {"SK", 32, HEX, "a key of Twilio"},
    {"key-", 32, HEX, "a key of Mailgun"},
    {"dapi", 32, HEX, "a token of Databricks"},
    {"pul-", 40, HEX, "a token of Pulumi"},
    {"bkua_", 40, HEX, "a token of Buildkite"},
    {"sntrys_", 30, BASE64, "a token of Sentry"},
    {"ops_eyJ", 30, BASE64, "a token of 1Password"},
    {"sgp_", 30, TOKEN, "a token of Sourcegraph"},
    {"CCIPAT_", 30, TOKEN, "a token of CircleCI"},
    {"xkeysib-", 40, TOKEN, "a key of Brevo"},
    {"dt0c01.", 40, DOTTED, "a token of Dynatrace"},
    {"nvapi-", 30, TOKEN, "a key of NVIDIA"},
    {"lsv2_", 30, TOKEN, "a key of LangSmith"},
    {"fm2_", 40, BASE64, "a token of Fly.io"},
    /* "-----BEGIN " and what is private, in Base64 */
    {"LS0tLS1CRUdJTiBQUklWQVRF", 40, BASE64, "a private key"},
    {"LS0tLS1CRUdJTiBSU0EgUF", 40, BASE64, "a private key"},
    {"LS0tLS1CRUdJTiBFQyBQ", 40, BASE64, "a private key"},
    {"LS0tLS1CRUdJTiBPUEVOU1NI", 40, BASE64, "a private key"},
    {"LS0tLS1CRUdJTiBFTkNSWVBURUQg", 40, BASE64, "a private key"},
};

/* Tokens whose mark is in their middle: parts with '|' between them, of which one that begins with
   '#' stands for so many digits, '%' for hexadecimal ones, '@' for letters, digits, '-' and '_',
   '+' for these, '+', '/' and '='; the last one may be longer. */
static const struct {
    const char *parts, *what;
} marks[] = {
    {"#8-10|:AA|@33", "a token of Telegram"},
    {"@14|.atlasv1.|@60", "a token of HCP Terraform"},
    {"M|@22-27|.|@6|.|@27", "a token of Discord"},
    {"N|@22-27|.|@6|.|@27", "a token of Discord"},
    {"O|@22-27|.|@6|.|@27", "a token of Discord"},
    {"AAAA|@7|:APA91b|@100", "a key of Firebase"},
    {"pat|@14|.|%64", "a token of Airtable"},
    {"access_token$production$|@16|$|%32", "a token of PayPal"},
    {"pbkdf2_sha256$|#4-7|$|@4-64|$|+43", "a hash of a password"},
    {"%32|-us|#1-2", "a key of Mailchimp"},
};

static bool fits_class(char class, char c)
{
    if (class == '#' || class == '%')
        return class == '#' ? ckpt_is_digit(c) : ckpt_hex_value(c) >= 0;
    return ckpt_is_token(c) || (class == '+' && memchr("+/=", c, 3) != NULL);
}

/* Where what such parts say ends, or `at`. */
static size_t marked_end(ckpt_string text, size_t at, const char *parts)
{
    size_t to = at;
    while (*parts != '\0') {
        char class = *parts;
        size_t least = 0, most = 0, n = 0;
        if (strchr("#%@+", class) == NULL) {
            for (; *parts != '|'; parts++, to++)
                if (to == text.length || text.data[to] != *parts)
                    return at;
            parts++;
            continue;
        }
        for (parts++; ckpt_is_digit(*parts); parts++)
            least = 10 * least + (size_t)(*parts - '0');
        for (parts += *parts == '-'; ckpt_is_digit(*parts); parts++)
            most = 10 * most + (size_t)(*parts - '0');
        if (*parts == '\0')
            most = SIZE_MAX;
        else if (most == 0)
            most = least;
        parts += *parts == '|';
        while (to < text.length && n < most && fits_class(class, text.data[to]))
            n++, to++;
        if (n < least)
            return at;
    }
    CKPT_SECRET_WORK(to - at);
    return to;
}

static size_t token_end(ckpt_string text, size_t from, bool dotted)
{
    size_t to = from;
    while (to < text.length && (ckpt_is_token(text.data[to]) ||
                                (dotted && text.data[to] == '.' && to + 1 < text.length &&
                                 ckpt_is_token(text.data[to + 1]))))
        to++;
    CKPT_SECRET_WORK(to - from);
    return to;
}

/* A JSON web token: header and claims are objects, {"… in base64url. */
static bool web_token(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    size_t claims = token_end(text, at, false), mark;
    if (claims < at + 10 || !ckpt_starts(ckpt_slice_of(text, claims, text.length), ".eyJ"))
        return false;
    mark = token_end(text, claims + 1, false);
    if (mark < claims + 10 || mark >= text.length || text.data[mark] != '.')
        return false;
    *secret =
        (struct ckpt_secret){at, token_end(text, mark + 1, false), {"", 0}, "a JSON web token"};
    return true;
}

/* Words between the separators of a prefix that mark a token, whatever service issued it:
 * acme_live_…, x-pat-… */
static bool marked(ckpt_string word, size_t *from)
{
    static const char words[] =
        "pat\0tok\0tkn\0token\0key\0sk\0secret\0sec\0api\0apikey\0live\0auth\0"
        "pass\0priv\0PAT\0KEY\0TOKEN\0SECRET\0API\0";
    enum { LONGEST_PREFIX = 24 };
    bool found = false;
    size_t start = 0;
    for (size_t i = 0; i < word.length && i < LONGEST_PREFIX; i++) {
        if (word.data[i] != '_' && word.data[i] != '-')
            continue;
        if (ckpt_is_one_of(ckpt_slice_of(word, start, i), words)) {
            found = true;
            *from = i + 1;
        }
        start = i + 1;
    }
    return found;
}

/* What follows such a prefix is random, and no name made of words. */
static bool by_mark(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    enum { SHORTEST = 20, LONG = 32, DIGITS = 12 };
    size_t to = token_end(text, at, false), from = 0, digits = 0;
    ckpt_string word = ckpt_slice_of(text, at, to);
    if (word.length < SHORTEST || ckpt_starts_one_of(word, "pk_\0pk-\0pub\0") ||
        !marked(word, &from) || word.length - from < SHORTEST)
        return false;
    ckpt_string rest = ckpt_slice_of(word, from, word.length);
    for (size_t i = 0; i < rest.length; i++)
        digits += ckpt_is_digit(rest.data[i]);
    if ((rest.length < LONG && memchr(rest.data, '_', rest.length) != NULL) ||
        digits * DIGITS < rest.length || !ckpt_looks_random(rest))
        return false;
    *secret = (struct ckpt_secret){at, to, {"", 0}, "a token"};
    return true;
}

/* Where the token ends that begins with shape `i`, or `at`. */
static size_t shape_end(ckpt_string text, size_t at, size_t i)
{
    enum form form = (enum form)shapes[i].form;
    size_t from = at + strlen(shapes[i].start), to = token_end(text, from, form == DOTTED);
    while (form == BASE64 && to < text.length && fits_class('+', text.data[to]))
        to++;
    bool exact = form == CAPITALS || form == HEX;
    bool fits = exact ? to - from == shapes[i].rest : to - from >= shapes[i].rest;
    for (size_t j = from; j < to && fits && exact; j++)
        fits = form == HEX ? ckpt_hex_value(text.data[j]) >= 0
                           : ckpt_is_digit(text.data[j]) || ckpt_is_upper(text.data[j]);
    ckpt_string rest = ckpt_slice_of(text, from, to);
    return fits && (form != RANDOM || ckpt_looks_random(rest)) && ckpt_secret_value(rest) ? to : at;
}

bool ckpt_secret_shape(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    enum { SHORTEST = 12, LEAST_MARKED = 35, MOST_MARKED = 37 };
    ckpt_string rest = ckpt_slice_of(text, at, text.length);
    size_t end = token_end(text, at, false), length = end - at;
    bool middle = end < text.length && memchr(".:$", text.data[end], 3) != NULL;
    if (length < SHORTEST && !middle)
        return false; /* most words */
    if (ckpt_starts(rest, "eyJ"))
        return web_token(text, at, secret);
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        if (rest.length < 4 || rest.data[0] != shapes[i].start[0] ||
            !ckpt_starts(rest, shapes[i].start))
            continue;
        *secret = (struct ckpt_secret){at, shape_end(text, at, i), {"", 0}, shapes[i].what};
        if (secret->to != at)
            return true;
    }
    if (middle || (length >= LEAST_MARKED && length <= MOST_MARKED))
        for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
            *secret = (struct ckpt_secret){
                at, marked_end(text, at, marks[i].parts), {"", 0}, marks[i].what};
            if (secret->to != at)
                return true;
        }
    return by_mark(text, at, secret);
}
