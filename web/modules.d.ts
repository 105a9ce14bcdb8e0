// SPDX-License-Identifier: Apache-2.0
// What build.mjs puts in.

/** The core, compressed with gzip, in Base64. */
declare module 'page:core' {
  const base64: string;
  export default base64;
}

/** Of the package. */
declare module 'page:version' {
  const version: string;
  export default version;
}

/** See sample.mjs. */
declare module 'page:samples' {
  const samples: { healthy: string; changes: [offset: number, bytes: string][] };
  export default samples;
}
