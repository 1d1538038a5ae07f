"""What the caller did last in this service, and the figures of his roles."""

from services.risk_pool.handlers.to_do import TABLES
from services.risk_pool.queries.work_figures import FIGURES
from shared.auth.identity import EVERYBODY
from shared.http.my_work import my_work_router
from shared.own_work.acts import CasesMoved

router = my_work_router(CasesMoved(TABLES), FIGURES, readers=EVERYBODY)
