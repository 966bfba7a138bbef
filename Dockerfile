# Builds Purser and puts the one executable into an image without shell or package manager.
#   docker build -t purser .
#   docker build -t purser-multitenant --build-arg EDITION=multitenant .
FROM oven/bun:1.4.5-debian AS build
ARG EDITION=purser
WORKDIR /src
COPY package.json bun.lock bunfig.toml ./
# All of it: the build itself uses packages that the program does not hold (typeface, password list, browser scripts).
RUN bun install --frozen-lockfile
COPY . .
RUN bun scripts/lib/build.ts --only "$EDITION" \
  && mkdir -p /out/data \
  && cp "dist/$([ "$EDITION" = multitenant ] && echo purser-multitenant || echo purser)" /out/purser

FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="Purser" \
  org.opencontainers.image.description="The back office of a small managed service provider" \
  org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/purser /usr/local/bin/purser
COPY --from=build --chown=65532:65532 --chmod=0700 /out/data /data
# The program itself listens on the loopback interface only; in a container that would be nowhere.
ENV PURSER_DATA_DIR=/data PURSER_LISTEN=0.0.0.0:8080 SQLITE_TMPDIR=/data
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=5m --start-interval=2s \
  CMD ["/usr/local/bin/purser", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/purser"]
CMD ["serve"]
