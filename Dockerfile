FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /portal ./cmd/portal && mkdir /uploads

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /portal /portal
# Uploads wait here until they are checked.
COPY --from=build --chown=65532:65532 /uploads /tmp
USER 65532:65532
ENV PORTAL_ADDR=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["/portal"]
CMD ["serve"]
