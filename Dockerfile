# The image of Kv. The SDK builds it. It runs as an unprivileged user, on a base without a shell or a package manager.
# scripts/check-image.sh publishes and runs the same build without Docker.

# The build stage runs on the builder's architecture and cross-compiles, so it needs no emulator for another one.
# The digests of both base images are those of their manifest lists. Dependabot updates them.
# 10.0.401-noble.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0-noble@sha256:e70cdb7f80b0348f5cb85f19a8f670fca061f033d57eed12fa003d58b0e06317 AS build
ARG TARGETARCH
WORKDIR /src

# This layer has only the files that determine the packages, so it changes only with them.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/Kv.Domain/Kv.Domain.csproj src/Kv.Domain/packages.lock.json src/Kv.Domain/
COPY src/Kv.Application/Kv.Application.csproj src/Kv.Application/packages.lock.json src/Kv.Application/
COPY src/Kv.Infrastructure/Kv.Infrastructure.csproj src/Kv.Infrastructure/packages.lock.json src/Kv.Infrastructure/
COPY src/Kv.Api/Kv.Api.csproj src/Kv.Api/packages.lock.json src/Kv.Api/
COPY scripts/publish.sh scripts/sbom.sh scripts/packages.sh scripts/
RUN bash scripts/publish.sh --restore

COPY .editorconfig ./
COPY src/ src/
RUN bash scripts/publish.sh /app -p:UseAppHost=false && mkdir /data

# 10.0.12-noble-chiseled.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled@sha256:48e51f2f6798897be7ac4e775c049ed8fe60d3190f637e1f9c9dc7513efa659c
ARG VERSION=1.0.0
ARG REVISION=
LABEL org.opencontainers.image.title="Kv" \
    org.opencontainers.image.description="A key-value service with a REST API over etcd or SQLite" \
    org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.version="$VERSION" \
    org.opencontainers.image.revision="$REVISION"
WORKDIR /app
COPY --from=build /app ./
# A new volume gets the owner of this directory, and the embedded engine writes to it.
COPY --from=build --chown=$APP_UID:$APP_UID /data /data

# The base image sets ASPNETCORE_HTTP_PORTS, and ASP.NET Core would warn that PORT overrides it.
ENV PORT=8080 \
    DATA_DIR=/data \
    ASPNETCORE_HTTP_PORTS=
USER $APP_UID
EXPOSE 8080
VOLUME /data
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["dotnet", "Kv.Api.dll", "health"]
ENTRYPOINT ["dotnet", "Kv.Api.dll"]
