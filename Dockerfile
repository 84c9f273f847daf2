# One image for everything: `docker run resetscope SUBCOMMAND`, as docker-compose.yml does.
# Nothing here needs BuildKit: `docker build .` and `docker-compose build` work with the classic builder too.

# The manifests alone, so that the packages are installed again only when one of them changes.
FROM node:24-bookworm-slim AS manifests
WORKDIR /src
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json -delete

# Exactly the versions of package-lock.json. No install script runs: koffi and msgpackr come built, and npm cap, which
# needs a compiler and libpcap, only stands in where AF_PACKET is not to be had.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY --from=manifests /src ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npx tsc -b
# Left is what runs, its manifests and a bill of materials.
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
 && npm pkg delete devDependencies --workspaces --include-workspace-root \
 && rm -rf node_modules/cap node_modules/nan node_modules/.bin packages/*/src apps/*/src \
 && npm sbom --sbom-format=cyclonedx >sbom.cdx.json \
 && find . -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' -o -name '*.tsbuildinfo' -o -name 'tsconfig*.json' \) -delete

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title=resetscope \
      org.opencontainers.image.description="says who hung up behind nginx's 'Connection reset by peer', when, why, and whether the request got through" \
      org.opencontainers.image.licenses=Apache-2.0
ENV NODE_ENV=production
# What installs programs has no business here. The folder is for a volume with the tailer's checkpoints.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* /usr/local/bin/yarn* \
 && install -d -o node -g node -m 700 /var/lib/resetscope \
 && ln -s /app/apps/cli/bin/resetscope.js /usr/local/bin/resetscope
WORKDIR /app
COPY --from=build /src ./
USER node
ENTRYPOINT ["resetscope"]
CMD ["--help"]
