# syntax=docker/dockerfile:1
ARG VERSION=3.12
FROM --platform=linux/amd64 python:${VERSION} AS base
ENV MODE=fast COLOUR='light green'
ENV OLD value
RUN apt-get update \
    && apt-get install -y git

FROM base AS builder
ARG TARGET
WORKDIR /src
COPY . .
RUN <<EOF
make all
make install
EOF

FROM base
LABEL maintainer=someone
COPY --from=builder /src /src
EXPOSE 80/tcp
CMD ["serve", "--port", "80"]
