"""Addresses of people, of one's own account, and of sign-in links."""

from django.urls import path

from gallery.people import account_views, views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/new/", views.new_person, name="person-new"),
    path("people/<int:person_id>/", views.person, name="person"),
    path("people/<int:person_id>/active/", views.activate, name="person-active"),
    path("people/<int:person_id>/link/", views.sign_in_link, name="person-link"),
    path("account/", account_views.account, name="account"),
    path("account/password/", account_views.change_password, name="account-password"),
    path("enter/<slug:uid>/<slug:token>/", account_views.enter, name="enter"),
]
