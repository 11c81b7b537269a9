"""Addresses of daily work; part of the customers' room."""

from django.urls import path

from grahak.customers.views import calendar as calendar_page
from grahak.customers.views import feed, meetings, reminders, tasks, today

urlpatterns = [
    path("today/", today.today, name="today"),
    path("tasks/", tasks.my_tasks, name="tasks"),
    path("tasks/add/", tasks.add, name="task_add"),
    path("tasks/many/", tasks.many, name="tasks_many"),
    path("tasks/many/undo/", tasks.open_many, name="tasks_open"),
    path("tasks/<int:pk>/", tasks.task, name="task"),
    path("tasks/<int:pk>/done/", tasks.done, name="task_done"),
    path("tasks/<int:pk>/open/", tasks.open_again, name="task_open"),
    path("tasks/<int:pk>/move/", tasks.move, name="task_move"),
    path("tasks/<int:pk>/steps/", tasks.step, name="task_step"),
    path("customers/choices/", tasks.customer_choices, name="choices"),
    path("meetings/add/", meetings.add, name="meeting_add"),
    path("meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("meetings/<int:pk>/held/", meetings.held, name="meeting_held"),
    path("meetings/<int:pk>/cancel/", meetings.cancel, name="meeting_cancel"),
    path("meetings/<int:pk>/open/", meetings.open_again, name="meeting_open"),
    path("meetings/<int:pk>/move/", meetings.move, name="meeting_move"),
    path("calendar/", calendar_page.calendar, name="calendar"),
    path("calendar/address/", feed.address, name="calendar_address"),
    path("calendar/feed/<str:token>.ics", feed.feed, name="calendar_feed"),
    path("reminders/", reminders.reminders, name="reminders"),
    path("reminders/<int:pk>/snooze/", reminders.snooze, name="snooze"),
    path("reminders/<int:pk>/put-away/", reminders.put_away, name="put_reminder_away"),
]
