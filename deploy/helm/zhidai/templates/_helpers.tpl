{{- define "zhidai.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end -}}

{{- define "zhidai.labels" -}}
app.kubernetes.io/name: zhidai
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- define "zhidai.pod-security" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "zhidai.container-security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* What is mounted into every process of ours. 288 is 0440: the owner and the group of the pod read. */}}
{{- define "zhidai.mounts" -}}
- {name: tmp, mountPath: /tmp}
- {name: tls, mountPath: /certificates/tls, readOnly: true}
- {name: trust, mountPath: /certificates/trust, readOnly: true}
{{- end -}}

{{- define "zhidai.volumes" -}}
- {name: tmp, emptyDir: {sizeLimit: 1Gi}}
- name: tls
  secret: {secretName: {{ .Values.tls.secret }}, defaultMode: 288}
- name: trust
  configMap: {name: {{ .Values.tls.trust }}}
{{- end -}}

{{/* What every pod of ours is. */}}
{{- define "zhidai.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext: {{- include "zhidai.pod-security" . | nindent 2 }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "zhidai.job-resources" -}}
requests: {cpu: 100m, memory: 256Mi}
limits: {memory: 1Gi}
{{- end -}}
