"""All mutants of services."""

import mutants_dns
import mutants_hosts
import mutants_http
import mutants_tls
from mutant import unique

MUTANTS = unique((*mutants_http.MUTANTS, *mutants_dns.MUTANTS, *mutants_hosts.MUTANTS, *mutants_tls.MUTANTS))
