"""The HTTPS door: a FastAPI application, and the Lambda handler around it.

- app.py makes the application; server.py runs it on this machine.
- access_log.py surrounds every request: its id, security headers, one log line, the last defence.
- The routes: page.py (sign_in.py says where people sign in), models.py, file.py,
  inference_protocol.py, fhir.py and cds_hooks.py; routes.py holds what they share.
- length.py knows how long an answer may be.
- event.py reads events of AWS; body.py reads the bytes of a request, and unpacks them; address.py
  knows which URL was called; tokens.py verifies who calls.
- setting.py reads what may change while the service runs; aws.py is all that is asked of AWS.
- refusal.py turns an error into an answer, in the form of its protocol.
- `openapi/` describes every route.
"""
