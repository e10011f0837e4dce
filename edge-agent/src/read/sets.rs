//! The closed sets of the JSON line, as `--help` lists them. A test holds them to the types.

/// What `--help` says after the options.
pub(super) const HELP: &str = "\
With --json each picture or frame gives one line:
  {\"source\",\"frame\",\"media_ms\",\"time_ms\",\"width\",\"height\",
   \"vehicles\":[{\"class\",\"confidence\",\"box\",\"color\"}],
   \"plates\":[{\"text\",\"country\",\"kind\",\"color\",\"rows\",\"confidence\",\"box\",\"corners\",\"vehicle\"}],
   \"containers\":[{\"code\",\"valid\",\"confidence\",\"box\"}]}
and a source that cannot be read gives {\"source\",\"error\"}.
  box is [x,y,width,height], corners four [x,y] clockwise from the text's top left, in pixels of the picture after
  its EXIF rotation; time_ms is from decoded pixels to result, networks_ms (with --times) as
  much of it as the networks ran within ONNX Runtime; media_ms the place in a video, else null;
  vehicle an index into vehicles, else null; confidence the probability, 0 to 1, that the whole is right.
  A plate whose text is less probable than 0.05 is illegible and not listed.

Closed sets (null where it cannot be told):
  country        vn cn
  kind           vn_car vn_car_old vn_motorcycle vn_trailer vn_special vn_temporary vn_diplomatic vn_army
                 cn_ordinary cn_new_energy_small cn_new_energy_large cn_trailer cn_learner cn_police
                 cn_hong_kong_macao cn_diplomatic cn_test cn_army
  plate color    white yellow blue red green yellow_green black
  class          car van bus lorry container_lorry tractor motorcycle person
  vehicle color  white grey black red orange brown yellow green blue purple

Exit codes: 0 everything was read, 1 something could not be, 2 wrong usage.";
