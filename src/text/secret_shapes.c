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
    DOTTED    /* as TOKEN, with dots in it */
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
    {"ATATT", 30, TOKEN, "a token of Atlassian"},
    {"ATBB", 20, RANDOM, "a token of Bitbucket"},
    {"CFPAT-", 30, TOKEN, "a token of Contentful"},
    {"AKCp", 40, RANDOM, "a key of Artifactory"},
    {"oy2", 40, RANDOM, "a key of NuGet"},
    {"sq0", 20, RANDOM, "a token of Square"},
    {"EAAC", 60, RANDOM, "a token of Facebook"},
    {"tskey-", 16, TOKEN, "a key of Tailscale"},
};

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
    static const char marks[] =
        "pat\0tok\0tkn\0token\0key\0sk\0secret\0sec\0api\0apikey\0live\0auth\0"
        "pass\0priv\0PAT\0KEY\0TOKEN\0SECRET\0API\0";
    enum { LONGEST_PREFIX = 24 };
    bool found = false;
    size_t start = 0;
    for (size_t i = 0; i < word.length && i < LONGEST_PREFIX; i++) {
        if (word.data[i] != '_' && word.data[i] != '-')
            continue;
        if (ckpt_is_one_of(ckpt_slice_of(word, start, i), marks)) {
            found = true;
            *from = i + 1;
        }
        start = i + 1;
    }
    return found;
}

static bool by_mark(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    enum { SHORTEST = 20 };
    size_t to = token_end(text, at, false), from = 0;
    ckpt_string word = ckpt_slice_of(text, at, to);
    if (word.length < SHORTEST || ckpt_starts_one_of(word, "pk_\0pk-\0pub\0") ||
        !marked(word, &from) || word.length - from < SHORTEST ||
        !ckpt_looks_random(ckpt_slice_of(word, from, word.length)))
        return false;
    *secret = (struct ckpt_secret){at + from, to, {"", 0}, "a token"};
    return true;
}

bool ckpt_secret_shape(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    enum { SHORTEST = 12 };
    ckpt_string rest = ckpt_slice_of(text, at, text.length);
    size_t end = token_end(text, at, false);
    if (end - at < SHORTEST && (end == text.length || text.data[end] != '.'))
        return false; /* most words */
    if (ckpt_starts(rest, "eyJ"))
        return web_token(text, at, secret);
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        if (rest.length < 4 || rest.data[0] != shapes[i].start[0] ||
            !ckpt_starts(rest, shapes[i].start))
            continue;
        enum form form = (enum form)shapes[i].form;
        size_t from = at + strlen(shapes[i].start), to = token_end(text, from, form == DOTTED);
        bool fits = form == CAPITALS ? to - from == shapes[i].rest : to - from >= shapes[i].rest;
        for (size_t j = from; j < to && fits && form == CAPITALS; j++)
            fits = ckpt_is_digit(text.data[j]) || ckpt_is_upper(text.data[j]);
        if (fits && (form != RANDOM || ckpt_looks_random(ckpt_slice_of(text, from, to)))) {
            *secret = (struct ckpt_secret){from, to, {"", 0}, shapes[i].what};
            return true;
        }
    }
    return by_mark(text, at, secret);
}
