from django.urls import path

from classifier.panel.review import calls
from classifier.panel.review.page import Review

urlpatterns = [
    path("revisao/", Review.as_view(), name="review"),
    path("revisao/cartoes/", calls.Cards.as_view(), name="review_cards"),
    path("revisao/parecidos/<int:pk>/", calls.LookAlikes.as_view(), name="review_look_alikes"),
    path("revisao/veredito/", calls.Judge.as_view(), name="review_judge"),
    path("revisao/pular/", calls.Skip.as_view(), name="review_skip"),
    path("revisao/desfazer/", calls.Undo.as_view(), name="review_undo"),
    path("revisao/renovar/", calls.Renew.as_view(), name="review_renew"),
    path("revisao/devolver/", calls.GiveBack.as_view(), name="review_give_back"),
    path("revisao/sair/", calls.Leave.as_view(), name="review_leave"),
    path("revisao/progresso/", calls.ShowProgress.as_view(), name="review_progress"),
    path("revisao/palavras/", calls.Words.as_view(), name="review_words"),
]
