"""Addresses as somebody may add them tomorrow, each with another way to read what is sent."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path


class RemarkForm(forms.Form):
    amount = forms.DecimalField()
    remark = forms.CharField()


def _memo(data: QueryDict, *, row: int) -> str:
    return data.get(f"row{row}-memo", "")


def asks(request: HttpRequest) -> HttpResponse:
    """Names that only running it tells: one is put together, one is a file's."""
    told = [request.POST.get("note", ""), _memo(request.POST, row=0), request.FILES.get("proof")]
    return HttpResponse(str(len(told)))


def asks_on_another_way(request: HttpRequest) -> HttpResponse:
    """A name that only the source tells: nobody sends `take-off`."""
    if request.POST.get("what") == "take-off":
        return HttpResponse(str(len(request.POST["reason"])))
    return HttpResponse()


def shows_a_form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(RemarkForm(request.POST).is_valid()))


def reads_nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.method))


urlpatterns = [
    path("tomorrow/asks", asks),
    path("tomorrow/asks-on-another-way", asks_on_another_way),
    path("tomorrow/shows-a-form", shows_a_form),
    path("tomorrow/reads-nothing", reads_nothing),
]
