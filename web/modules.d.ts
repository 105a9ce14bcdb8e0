// SPDX-License-Identifier: Apache-2.0
// What build.mjs puts in.

/** The core, compressed with xz, in Base64. */
declare module 'page:core' {
  const base64: string;
  export default base64;
}

/** The decoders of xz and bzip2, compressed with gzip, in Base64. */
declare module 'page:codecs' {
  const base64: string;
  export default base64;
}

/** Of the package. */
declare module 'page:version' {
  const version: string;
  export default version;
}

/** What the page says of the rules. */
declare module 'page:rules' {
  const rules: [
    id: string,
    area: string,
    title: string,
    what: string,
    why: string,
    fix: string,
    reference: string,
  ][];
  export default rules;
}

/** See sample.mjs; `packed`: the healthy one, of that length, and the one to explore, compressed with xz, in Base64. */
declare module 'page:samples' {
  const samples: {
    packed: string;
    healthy: number;
    changes: [offset: number, bytes: string][];
  };
  export default samples;
}
