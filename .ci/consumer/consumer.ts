// SPDX-License-Identifier: Apache-2.0
// A program that uses the package's types as a strict TypeScript project would; it is compiled, not run.
import { load } from 'container-checkpoint';

console.log(load());
