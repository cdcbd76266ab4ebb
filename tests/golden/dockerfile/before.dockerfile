# syntax=docker/dockerfile:1
ARG VERSION=3.11
FROM --platform=linux/amd64 python:${VERSION} AS base
ENV MODE=slow COLOUR="light green"
ENV OLD value
# what is needed
RUN apt-get update && \
    # one after the other
    apt-get install -y \
      git

FROM base AS build
ARG TARGET
WORKDIR /src
COPY . .
RUN <<EOF
make all
make install
EOF

FROM base
LABEL maintainer=someone "more words"=here
COPY --from=build /src /src
EXPOSE 80/tcp
CMD ["serve", "--port", "80"]
