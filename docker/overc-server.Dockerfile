# The OverC collector. Build it from the checkout's root:
#   docker build -f docker/overc-server.Dockerfile -t overc-server .
#   docker run -d -p 5000:5000 -v overc-data:/data overc-server
# OVERC_<OPTION> sets any [overc] option and wins over the settings file; channels stand in /etc/overc/server.ini.

FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY . .
# No install script need run: the SQLite driver for this Node comes ready-made, and the older one is left out below.
RUN npm ci --ignore-scripts --no-audit --no-fund && npm run build
# What runs: the compiled packages and their production dependencies.
RUN npm prune --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
  && rm -rf packages/overcli node_modules/overcli packages/*/src packages/*/test packages/*/dist/test

FROM node:22-bookworm-slim
# An init process, since a collector that runs alert commands must not be the one that buries orphans.
RUN apt-get update \
  && apt-get install -y --no-install-recommends tini \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/packages ./packages
COPY docker/server.ini /etc/overc/server.ini
RUN ln -s /app/packages/server/bin/overc-server.js /usr/local/bin/overc-server \
  && install -d -o node -g node /data

ENV NODE_ENV=production \
  OVERC_LISTEN=0.0.0.0:5000 \
  OVERC_DATABASE=sqlite:///data/overc.db \
  OVERC_SECRET_FILE=/data/overc.secret
USER node
WORKDIR /data
VOLUME ["/data", "/etc/overc"]
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "const port = process.env.OVERC_LISTEN.split(':').pop(); fetch(`http://127.0.0.1:${port}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "overc-server"]
CMD ["--config", "/etc/overc/server.ini"]
