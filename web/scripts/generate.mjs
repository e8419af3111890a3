// Generates the types of both boundaries: protobuf messages with protoc-gen-es, REST bodies from openapi.json.
// PYTHON names an interpreter with grpcio-tools; `make page` sets it and writes openapi.json first.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('..', import.meta.url));
const protos = fileURLToPath(new URL('../../protos/src', import.meta.url));
const generated = `${web}src/api/generated`;
const python = process.env.PYTHON ?? 'python3';

rmSync(generated, { recursive: true, force: true });
mkdirSync(generated, { recursive: true });

const files = readdirSync(protos, { recursive: true })
  .filter((file) => /(common|loader|compute)\/v1\/.*\.proto$|api\/v1\/page\.proto$/.test(file))
  .map((file) => `${protos}/${file}`);
execFileSync(
  python,
  [
    '-m',
    'grpc_tools.protoc',
    `-I${protos}`,
    `--plugin=protoc-gen-es=${web}node_modules/.bin/protoc-gen-es`,
    `--es_out=${generated}`,
    '--es_opt=target=ts',
    ...files,
  ],
  { stdio: 'inherit' },
);
execFileSync(
  process.execPath,
  [`${web}node_modules/openapi-typescript/bin/cli.js`, `${web}openapi.json`, '-o', `${generated}/rest.ts`],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
