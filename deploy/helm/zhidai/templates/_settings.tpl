{{/*
The variables of each process. Those of a Secret are named one by one, so that one that is missing is
told by its name, and no process sees another's.
*/}}
{{- define "zhidai.secret-variable" -}}
- name: {{ index . 1 }}
  valueFrom: {secretKeyRef: {name: {{ index . 0 }}, key: {{ index . 1 }}{{ if eq (index . 2) "optional" }}, optional: true{{ end }}}}
{{- end -}}

{{- define "zhidai.process" -}}
{{- $prefix := index . 1 -}}
{{- with index . 0 -}}
- {name: {{ $prefix }}_ENVIRONMENT, value: {{ .Values.environment }}}
- {name: {{ $prefix }}_HOST, value: "0.0.0.0"}
- {name: {{ $prefix }}_PORT, value: "8000"}
- {name: {{ $prefix }}_TLS_CERTIFICATE_FILE, value: /certificates/tls/tls.crt}
- {name: {{ $prefix }}_TLS_KEY_FILE, value: /certificates/tls/tls.key}
- {name: {{ $prefix }}_DRAIN_SECONDS, value: "5"}
{{- end -}}
{{- end -}}

{{/* What applications, risk_pool and notifications share: [root, prefix, principal, values]. */}}
{{- define "zhidai.service-variables" -}}
{{- $prefix := index . 1 -}}{{- $principal := index . 2 -}}{{- $own := index . 3 -}}
{{ include "zhidai.process" (list (index . 0) $prefix) }}
{{- with index . 0 }}
- {name: {{ $prefix }}_TRANSPORT, value: kafka}
- {name: {{ $prefix }}_KAFKA_BOOTSTRAP_SERVERS, value: {{ .Values.kafka.bootstrapServers | quote }}}
- {name: {{ $prefix }}_KAFKA_SECURITY, value: sasl_ssl}
- {name: {{ $prefix }}_KAFKA_MECHANISM, value: {{ .Values.kafka.mechanism }}}
{{- with .Values.kafka.tokenUrl }}
- {name: {{ $prefix }}_KAFKA_TOKEN_URL, value: {{ . | quote }}}
{{- end }}
- {name: {{ $prefix }}_KAFKA_CA_FILE, value: /certificates/trust/ca.pem}
- {name: {{ $prefix }}_KAFKA_USERNAME, value: {{ $principal }}}
- {name: {{ $prefix }}_TOKEN_ISSUER, value: {{ .Values.identity.issuer | quote }}}
- {name: {{ $prefix }}_TOKEN_KEYS, value: {{ .Values.identity.keys | default (printf "%s/protocol/openid-connect/certs" .Values.identity.issuer) | quote }}}
{{- end }}
{{ include "zhidai.secret-variable" (list $own.secret (printf "%s_DATABASE_URL" $prefix) "") }}
{{ include "zhidai.secret-variable" (list $own.secret (printf "%s_KAFKA_PASSWORD" $prefix) "") }}
{{- end -}}

{{- define "zhidai.extra-variables" -}}
{{- range $name, $value := . }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end -}}

{{- define "zhidai.variables.applications" -}}
{{- $own := .Values.applications -}}
{{ include "zhidai.service-variables" (list . "APPLICATIONS" "applications" $own) }}
- {name: APPLICATIONS_DOCUMENTS, value: {{ $own.documents.place | default "/documents" | quote }}}
{{ include "zhidai.secret-variable" (list $own.secret "APPLICATIONS_DOCUMENT_LINK_SECRET" "") }}
{{ include "zhidai.secret-variable" (list $own.secret "AWS_ACCESS_KEY_ID" "optional") }}
{{ include "zhidai.secret-variable" (list $own.secret "AWS_SECRET_ACCESS_KEY" "optional") }}
{{- include "zhidai.extra-variables" $own.extraEnv }}
{{- end -}}

{{- define "zhidai.variables.risk-pool" -}}
{{- $own := .Values.riskPool -}}
{{ include "zhidai.service-variables" (list . "RISK_POOL" "risk_pool" $own) }}
{{- if $own.signingSecret }}
- {name: RISK_POOL_SIGNING_PKCS12, value: /certificates/signing/signing.p12}
- {name: RISK_POOL_SIGNING_PASSPHRASE_FILE, value: /certificates/signing/signing.passphrase}
{{- end }}
{{- include "zhidai.extra-variables" $own.extraEnv }}
{{- end -}}

{{- define "zhidai.variables.notifications" -}}
{{- $own := .Values.notifications -}}
{{ include "zhidai.service-variables" (list . "NOTIFICATIONS" "notifications" $own) }}
- {name: NOTIFICATIONS_CONSOLE_URL, value: {{ .Values.console.publicUrl | quote }}}
{{ include "zhidai.secret-variable" (list $own.secret "NOTIFICATIONS_ENCRYPTION_KEYS" "") }}
{{ include "zhidai.secret-variable" (list $own.secret "NOTIFICATIONS_SMTP_PASSWORD" "optional") }}
{{ include "zhidai.secret-variable" (list $own.secret "NOTIFICATIONS_SMS_ACCESS_SECRET" "optional") }}
{{- include "zhidai.extra-variables" $own.extraEnv }}
{{- end -}}

{{- define "zhidai.variables.console" -}}
{{- $own := .Values.console -}}
{{ include "zhidai.process" (list . "CONSOLE") }}
- {name: CONSOLE_APPLICATIONS_URL, value: "https://{{ .Release.Name }}-applications:8000"}
- {name: CONSOLE_RISK_POOL_URL, value: "https://{{ .Release.Name }}-risk-pool:8000"}
- {name: CONSOLE_NOTIFICATIONS_URL, value: "https://{{ .Release.Name }}-notifications:8000"}
- {name: CONSOLE_CA_FILE, value: /certificates/trust/ca.pem}
- {name: CONSOLE_SECURE_COOKIES, value: "true"}
- {name: CONSOLE_OIDC_ISSUER, value: {{ .Values.identity.issuer | quote }}}
- {name: CONSOLE_OIDC_CLIENT_ID, value: {{ .Values.identity.clientId }}}
- {name: CONSOLE_PUBLIC_URL, value: {{ $own.publicUrl | quote }}}
- {name: CONSOLE_SESSION_IDLE_MINUTES, value: {{ $own.session.idleMinutes | quote }}}
- {name: CONSOLE_SESSION_HOURS, value: {{ $own.session.hours | quote }}}
{{ include "zhidai.secret-variable" (list $own.secret "CONSOLE_DATABASE_URL" "") }}
{{ include "zhidai.secret-variable" (list $own.secret "CONSOLE_SESSION_SECRET" "") }}
{{ include "zhidai.secret-variable" (list $own.secret "CONSOLE_OIDC_CLIENT_SECRET" "") }}
{{- include "zhidai.extra-variables" $own.extraEnv }}
{{- end -}}
